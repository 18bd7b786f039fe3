#include "client/ops/list_deliveries.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListDeliveries::encode() const {
  return HttpRequest{.target = "/user/webhook/deliveries"};
}

Result<ListDeliveries::Response> ListDeliveries::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of deliveries");
}

}  // namespace bot::client
