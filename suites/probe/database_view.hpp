#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "drivers/sql.hpp"

namespace bot::probe {

struct RowsSeen {
  std::size_t meetings = 0;
  std::vector<std::string> broken;
};

// postgresql://… or sqlite:FILE, for reading. Throws bot::Fault with one sentence.
std::unique_ptr<sql::Connection> open_database(const std::string& url);

// Looks with a connection of its own each time: a run may be long, and the server restarted in it.
class DatabaseView {
 public:
  // Throws as open_database does.
  explicit DatabaseView(std::string url) : url_(std::move(url)) { open_database(url_); }

  RowsSeen rows_of(std::int64_t user_id) const;

 private:
  const std::string url_;
};

// Do the rows of a user obey the invariants? No more live bots than seats, one live bot in a
// meeting at most, a session for each bot that was launched, an end time and a reason for what has
// ended.
RowsSeen rows_of(sql::Connection& connection, std::int64_t user_id);

}  // namespace bot::probe
