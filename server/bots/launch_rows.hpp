// Statements about launches that join what no single store owns.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "drivers/sql.hpp"

namespace bot::bots {

// Which server watches a bot, and whose servers can signal it (empty: any).
struct Keeper {
  std::string owner;
  std::string place;
};

struct Launched {
  std::string_view runtime;
  std::string_view handle;
};

// A launch: where the bot runs, and that its session begins now (and not when it was reserved).
void record_launch(sql::Connection& connection,
                   std::string_view session_uid,
                   const Launched& launched,
                   const Keeper& keeper,
                   UnixMillis now);

// As if it had never been launched; does nothing when the session has another handle by now.
void forget_launch(sql::Connection& connection,
                   std::string_view session_uid,
                   std::string_view handle);

// A live meeting whose bot was launched.
struct LaunchedBot {
  std::int64_t meeting_id = 0;
  std::string session_uid;
  std::string runtime;
  std::string handle;
  std::optional<std::string> owner = {};
  std::optional<std::string> place = {};
};

// All of them; reservations that wait in the queue, of which there may be very many, are not read.
std::vector<LaunchedBot> launched_bots(sql::Connection& connection);
// Those that this server watches.
std::vector<LaunchedBot> bots_of(sql::Connection& connection, std::string_view owner);
// Those of this place that nobody watches: their server is one of `gone`, or in no row.
std::vector<LaunchedBot> orphans(sql::Connection& connection,
                                 std::string_view place,
                                 const std::vector<std::string>& gone);
// The bot is the keeper's from now on, and counts as heard of: whoever it reported to was away.
// False when its session has ended or somebody else has taken it since `bot` was read.
bool take_over(sql::Connection& connection,
               const LaunchedBot& bot,
               const Keeper& keeper,
               UnixMillis now);

std::int64_t count_waiting_launches(sql::Connection& connection);

// Is the launch of this meeting still to be done, or to be finished?
bool launch_is_queued(sql::Connection& connection, std::int64_t meeting_id);

// Those that are in no row, or whose session has ended before `before`.
std::set<std::string> sessions_without_row(sql::Connection& connection,
                                           const std::vector<std::string>& session_uids,
                                           UnixMillis before);

// Meetings that are still reserved although their launch was due, or done, before `before`. A
// launch that is parked in the queue is not due yet.
std::vector<std::int64_t> stale_reservations(sql::Connection& connection, UnixMillis before);

}  // namespace bot::bots
