#include "client/ops/set_webhook.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest SetWebhook::encode() const {
  types::Json body{{"webhook_url", webhook_url}};
  if (rotate_secret) body["rotate_secret"] = true;
  return json_request("PUT", "/user/webhook", body);
}

Result<SetWebhook::Response> SetWebhook::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a webhook");
}

}  // namespace bot::client
