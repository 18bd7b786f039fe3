#include "client/ops/get_webhook.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GetWebhook::encode() const {
  return HttpRequest{.target = "/user/webhook"};
}

Result<GetWebhook::Response> GetWebhook::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a webhook");
}

}  // namespace bot::client
