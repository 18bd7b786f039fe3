#include "server/routes/generate_limit.hpp"

#include <string>

#include "base/text.hpp"
#include "server/routes/authentication.hpp"
#include "server/store/setting_store.hpp"
#include "server/store/user_store.hpp"

namespace bot::routes {
namespace {

struct Window {
  UnixMillis begun = 0;
  std::int64_t requests = 0;
};

Window read_window(const std::optional<std::string>& text) {
  if (!text) return {};
  const auto colon = text->find(':');
  if (colon == text->npos) return {};
  return {.begun = parse_int(text->substr(0, colon)).value_or(0),
          .requests = parse_int(text->substr(colon + 1)).value_or(0)};
}

}  // namespace

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
  store::SettingStore settings(connection);
  const auto key = "generate-window:" + std::to_string(who.token_id);
  auto window = read_window(settings.find(key));
  // A window in the future is of a clock that has been set back since.
  if (window.begun > now || now - window.begun >= generate_window_ms) window = {.begun = now};
  if (window.requests >= limit) {
    const auto left = window.begun + generate_window_ms - now;
    return Error{.code = Errc::rate_limited,
                 .message = "At most " + std::to_string(limit) +
                            " requests for accounts a minute are accepted from one key",
                 .retry_after_seconds = static_cast<int>((left + 999) / 1000)};
  }
  ++window.requests;
  settings.put(key, std::to_string(window.begun) + ":" + std::to_string(window.requests));
  return Unit{};
}

}  // namespace bot::routes
