#include "client/ops/get_worker.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GetWorker::encode() const {
  return HttpRequest{.target = path_of({"admin", "workers", id})};
}

Result<GetWorker::Response> GetWorker::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a worker");
}

}  // namespace bot::client
