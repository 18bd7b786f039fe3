#include "client/ops/resume_worker.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ResumeWorker::encode() const {
  return HttpRequest{.method = "POST", .target = path_of({"admin", "workers", id, "resume"})};
}

Result<ResumeWorker::Response> ResumeWorker::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a worker");
}

}  // namespace bot::client
