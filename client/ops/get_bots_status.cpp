#include "client/ops/get_bots_status.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GetBotsStatus::encode() const {
  return HttpRequest{.target = "/bots/status"};
}

Result<GetBotsStatus::Response> GetBotsStatus::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of running bots");
}

}  // namespace bot::client
