#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/webhook.hpp"

namespace bot::client {

// PUT /user/webhook. The answer holds the secret when it was made or rotated, this once.
struct SetWebhook {
  using Response = types::Webhook;
  static constexpr std::string_view operation_name = "set_webhook";
  static constexpr Access access = Access::user;

  std::string webhook_url = {};
  bool rotate_secret = false;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
