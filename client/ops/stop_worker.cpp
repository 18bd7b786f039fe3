#include "client/ops/stop_worker.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest StopWorker::encode() const {
  return HttpRequest{.method = "POST", .target = path_of({"admin", "workers", id, "stop"})};
}

Result<StopWorker::Response> StopWorker::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a worker");
}

}  // namespace bot::client
