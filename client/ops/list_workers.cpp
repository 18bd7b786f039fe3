#include "client/ops/list_workers.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListWorkers::encode() const {
  return HttpRequest{.target = "/admin/workers"};
}

Result<ListWorkers::Response> ListWorkers::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of workers");
}

}  // namespace bot::client
