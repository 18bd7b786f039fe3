#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "server/app/config.hpp"
#include "server/app/log.hpp"
#include "server/jobs/mirror.hpp"
#include "server/store/database.hpp"

namespace bot::app {

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
