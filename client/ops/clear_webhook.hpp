#pragma once

#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/service.hpp"

namespace bot::client {

// DELETE /user/webhook.
struct ClearWebhook {
  using Response = types::Message;
  static constexpr std::string_view operation_name = "clear_webhook";
  static constexpr Access access = Access::user;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
