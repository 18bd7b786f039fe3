#include "client/ops/delete_job.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest DeleteJob::encode() const {
  return HttpRequest{.method = "DELETE", .target = path_of({"api", "jobs", id})};
}

Result<DeleteJob::Response> DeleteJob::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a job");
}

}  // namespace bot::client
