#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "server/app/log.hpp"
#include "server/app/store_numbers.hpp"
#include "server/bots/reaper.hpp"
#include "server/bots/runtime.hpp"
#include "server/events/redis_link.hpp"
#include "server/jobs/mirror.hpp"
#include "server/routes/routes.hpp"
#include "server/store/database.hpp"

namespace bot::app {

// What GET /ready looks at. Without store or runtime a server is not ready; without the others it
// is degraded. All must outlive the asking.
struct ReadinessSources {
  store::Database& database;
  StoreCounter& counter;
  bots::Runtime& runtime;
  const bots::Reaper& reaper;
  const events::RedisLink* redis = nullptr;  // null: there is none
  const jobs::Mirror* mirror = nullptr;      // likewise
  Log& log;
  const Clock& clock;
  std::string place = {};                  // of this server's bots; empty: it sees to every place
  std::filesystem::path disk = {};         // of the database's file; empty: not watched
  std::uint64_t least_free = 64ULL << 20;  // bytes on that disk
};

// Each part with what is wrong, in words for anybody: asking needs no key. The engines' own words
// go to the log. Thread-safe.
std::vector<routes::PartState> readiness(const ReadinessSources& sources);

}  // namespace bot::app
