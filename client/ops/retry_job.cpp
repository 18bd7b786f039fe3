#include "client/ops/retry_job.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest RetryJob::encode() const {
  return HttpRequest{.method = "POST", .target = path_of({"api", "jobs", id, "retry"})};
}

Result<RetryJob::Response> RetryJob::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a job");
}

}  // namespace bot::client
