#include "client/ops/clear_webhook.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ClearWebhook::encode() const {
  return HttpRequest{.method = "DELETE", .target = "/user/webhook"};
}

Result<ClearWebhook::Response> ClearWebhook::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a message");
}

}  // namespace bot::client
