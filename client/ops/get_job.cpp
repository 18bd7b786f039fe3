#include "client/ops/get_job.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GetJob::encode() const {
  return HttpRequest{.target = path_of({"api", "jobs", id})};
}

Result<GetJob::Response> GetJob::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a job");
}

}  // namespace bot::client
