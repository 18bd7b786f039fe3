#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "drivers/sql.hpp"

namespace bot::probe {

struct RowsSeen {
  std::size_t meetings = 0;
  std::vector<std::string> broken;
};

// postgresql://… or sqlite:FILE, for reading. Throws bot::Fault with one sentence.
std::unique_ptr<sql::Connection> open_database(const std::string& url);

// Do the rows obey the invariants? Nobody has more live bots than seats, and of this user: one live
// bot in a meeting at most, a session for each bot that was launched, an end time and a reason for
// what has ended.
RowsSeen rows_of(sql::Connection& connection, std::int64_t user_id);

}  // namespace bot::probe
