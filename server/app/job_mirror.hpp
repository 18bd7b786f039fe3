#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "server/app/config.hpp"
#include "server/app/log.hpp"
#include "server/jobs/mirror.hpp"
#include "server/store/database.hpp"

namespace bot::app {

// What a stop of it may take: its last words, what it is at when they are over, and giving the lead
// back, for which another process waits.
inline constexpr Millis mirror_grace{3000};

struct MirrorParts {
  store::Database& database;
  const Clock& clock;
  const Config& config;
  Log& log;
};

// Null without Redis. What keeps it from showing anything is logged. The owner is this process
// among all of the database.
std::unique_ptr<jobs::Mirror> make_mirror(const MirrorParts& parts, const std::string& owner);

}  // namespace bot::app
