#include "client/health.hpp"

#include <utility>

#include "client/ops/encoding.hpp"
#include "client/ops/get_health.hpp"

namespace bot::client {

Result<types::Health> check_health(const Client& client, const ExchangeOptions& options) {
  auto health = client.run(GetHealth{}, options);
  if (health || health.error().code != Errc::not_found) return health;
  auto greeting = client.exchange(HttpRequest{.target = "/"}, Access::none, options);
  if (!greeting) {
    return greeting.error().code == Errc::not_found ? health : std::move(greeting).error();
  }
  auto message = decode_json<types::Message>(*greeting, "a greeting");
  if (!message) return std::move(message).error();
  return types::Health{.status = "ok", .service = std::move(message->message)};
}

}  // namespace bot::client
