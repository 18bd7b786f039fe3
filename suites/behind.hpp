#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace bot::suites {

// What is stored of one user's bots.
struct RowsSeen {
  std::size_t meetings = 0;
  std::vector<std::string> broken;  // a sentence for each invariant that does not hold
};

// What lies behind the API, for checks that do not take its word (design §8). Thread-safe. Errors:
// unavailable (it cannot be reached, or was lost since the run began), failed.
class Behind {
 public:
  Behind() = default;
  Behind(const Behind&) = delete;
  Behind& operator=(const Behind&) = delete;
  virtual ~Behind() = default;

  virtual bool sees_redis() const = 0;
  virtual bool sees_database() const = 0;

  // REQUIRES: it sees Redis. What was published on bot_commands:{session_uid} since the run began,
  // in order.
  virtual Result<std::vector<std::string>> published(const std::string& session_uid) = 0;
  // REQUIRES: likewise. Keys that were not there when the run began.
  virtual Result<std::vector<std::string>> new_keys() = 0;
  // REQUIRES: it sees the database.
  virtual Result<RowsSeen> rows_of(std::int64_t user_id) = 0;
};

}  // namespace bot::suites
