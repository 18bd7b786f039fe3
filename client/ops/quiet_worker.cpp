#include "client/ops/quiet_worker.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest QuietWorker::encode() const {
  return HttpRequest{.method = "POST", .target = path_of({"admin", "workers", id, "quiet"})};
}

Result<QuietWorker::Response> QuietWorker::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a worker");
}

}  // namespace bot::client
