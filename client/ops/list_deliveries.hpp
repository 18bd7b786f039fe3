#pragma once

#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/webhook.hpp"

namespace bot::client {

// GET /user/webhook/deliveries, newest first.
struct ListDeliveries {
  using Response = types::DeliveryList;
  static constexpr std::string_view operation_name = "list_deliveries";
  static constexpr Access access = Access::user;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
