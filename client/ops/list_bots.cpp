#include "client/ops/list_bots.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListBots::encode() const {
  return HttpRequest{.target = "/bots"};
}

Result<ListBots::Response> ListBots::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of meetings");
}

}  // namespace bot::client
