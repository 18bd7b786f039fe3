#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "client/types/json.hpp"

namespace bot::suites::race {

enum class OpKind { start, stop };

// What is known of an operation once it is over: `ok` took effect between its two times; `refused`
// (no seat) and `duplicate` (the meeting has a bot) had none; `failed` was refused otherwise;
// `unknown` has no answer and may have taken effect at any time since.
enum class OpOutcome { ok, refused, duplicate, failed, unknown };

std::string_view name_of(OpOutcome outcome);

// One request to start or stop the bot of one meeting. Times: microseconds, monotonic, before the
// request could reach the server and after its answer was read.
struct Op {
  OpKind kind = OpKind::start;
  std::string meeting;          // native id
  std::int64_t meeting_id = 0;  // of a start that was ok
  int burst = 0;
  std::int64_t invoked_us = 0;
  std::int64_t completed_us = 0;
  OpOutcome outcome = OpOutcome::unknown;
  int status = 0;
};

// The user's meetings as the service listed them between two times.
struct Listing {
  std::int64_t invoked_us = 0;
  std::int64_t completed_us = 0;
  std::set<std::int64_t> ids = {};
};

// Everything that was asked of one user's seats, in no particular order.
struct History {
  std::size_t limit = 0;
  std::vector<Op> ops = {};
  std::vector<Listing> listings = {};
};

void to_json(types::Json& json, const Op& op);
void to_json(types::Json& json, const History& history);

}  // namespace bot::suites::race
