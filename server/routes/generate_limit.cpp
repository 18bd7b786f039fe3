#include "server/routes/generate_limit.hpp"

#include <string>

#include "server/routes/authentication.hpp"
#include "server/store/generate_window_store.hpp"
#include "server/store/user_store.hpp"

namespace bot::routes {
Status count_generate_request(sql::Connection& connection,
                              const http::Principal& who,
                              std::int64_t limit,
                              UnixMillis now) {
  if (who.admin) return Unit{};
  if (limit == 0) {
    return Error{.code = Errc::forbidden,
                 .message = "Only an administrator may ask for accounts here"};
  }
  // Of the requests of a user, one at a time counts.
  if (!store::UserStore(connection).lock(who.user_id)) return user_is_gone();
  store::GenerateWindowStore windows(connection);
  auto window = windows.find(who.token_id);
  // A window in the future is of a clock that has been set back since.
  if (window.begun > now || now - window.begun >= generate_window_ms)
    window = {.begun = now, .requests = 0};
  if (window.requests >= limit) {
    const auto left = window.begun + generate_window_ms - now;
    return Error{.code = Errc::rate_limited,
                 .message = "At most " + std::to_string(limit) +
                            " requests for accounts a minute are accepted from one key",
                 .retry_after_seconds = static_cast<int>((left + 999) / 1000)};
  }
  ++window.requests;
  windows.put(who.token_id, window);
  return Unit{};
}

}  // namespace bot::routes
