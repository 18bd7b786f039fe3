#include "server/store/seats.hpp"

#include <array>
#include <string>

#include "server/store/meeting_conditions.hpp"

namespace bot::store {

// The count is a statement of its own: it has to see what was committed while the lock was waited
// for. The states are said twice, because the index for the count covers all live ones.
std::optional<Seats> hold_seats(sql::Connection& connection,
                                std::int64_t user_id,
                                std::string_view platform,
                                std::string_view native_meeting_id) {
  const auto& dialect = connection.dialect();
  std::string lock = "SELECT max_concurrent_bots FROM users WHERE id = $1";
  lock.append(dialect.for_update);
  const std::string count =
      "SELECT (SELECT COUNT(*) FROM meetings WHERE user_id = $1"
      " AND " BOT_IS_LIVE " AND " BOT_HOLDS_A_SEAT
      "),"
      " EXISTS (SELECT 1 FROM meetings WHERE user_id = $1 AND platform = $2"
      " AND native_meeting_id = $3 AND " BOT_HOLDS_A_SEAT "), " +
      dialect.next_id("meetings");
  const std::array<sql::Statement, 2> statements = {
      {{lock, {user_id}}, {count, {user_id, platform, native_meeting_id}}}};
  const auto answers = connection.query_all(statements);
  if (answers[0].empty()) return std::nullopt;
  const auto user = answers[0][0];
  const auto counted = answers[1][0];
  return Seats{.limit = user.integer(std::size_t{0}),
               .taken = counted.integer(std::size_t{0}),
               .is_in_that_meeting = counted.boolean(std::size_t{1}),
               .next_meeting = counted.integer(std::size_t{2})};
}

}  // namespace bot::store
