#include "client/ops/cancel_job.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest CancelJob::encode() const {
  return HttpRequest{.method = "POST", .target = path_of({"api", "jobs", id, "cancel"})};
}

Result<CancelJob::Response> CancelJob::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a job");
}

}  // namespace bot::client
