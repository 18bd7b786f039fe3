// Statements about launches that join what no single store owns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "drivers/sql.hpp"

namespace bot::bots {

// A launch: where the bot runs, and that its session begins now (and not when it was reserved).
void record_launch(sql::Connection& connection,
                   std::string_view session_uid,
                   std::string_view runtime,
                   std::string_view handle,
                   UnixMillis now);

// As if it had never been launched.
void forget_launch(sql::Connection& connection, std::string_view session_uid);

// A live meeting whose bot was launched.
struct LaunchedBot {
  std::int64_t meeting_id = 0;
  std::string session_uid;
  std::string runtime;
  std::string handle;
};

// All of them; reservations that wait in the queue, of which there may be very many, are not read.
std::vector<LaunchedBot> launched_bots(sql::Connection& connection);

// Is the launch of this meeting still to be done, or to be finished?
bool launch_is_queued(sql::Connection& connection, std::int64_t meeting_id);

// Meetings that are still reserved although their launch was due, or done, before `before`. A
// launch that is parked in the queue is not due yet.
std::vector<std::int64_t> stale_reservations(sql::Connection& connection, UnixMillis before);

}  // namespace bot::bots
