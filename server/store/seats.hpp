// What decides whether a user may have another bot (design §3, "The limit").
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "drivers/sql.hpp"

namespace bot::store {

struct Seats {
  std::int64_t limit = 0;
  std::int64_t taken = 0;           // reserved, starting and active
  bool is_in_that_meeting = false;  // with one of those
  std::int64_t next_meeting = 0;    // a number for NewMeeting

  bool operator==(const Seats&) const = default;
};

// Locks the user's row until the end of the transaction, and with it everybody who wants to know
// the same of that user; in one round trip. nullopt without such a user.
std::optional<Seats> hold_seats(sql::Connection& connection,
                                std::int64_t user_id,
                                std::string_view platform,
                                std::string_view native_meeting_id);

}  // namespace bot::store
