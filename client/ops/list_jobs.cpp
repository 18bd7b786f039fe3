#include "client/ops/list_jobs.hpp"

#include <string>
#include <utility>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListJobs::encode() const {
  std::string target = "/api/jobs";
  add_query(target, "status", status);
  add_query(target, "kind", kind);
  add_query(target, "limit", limit);
  add_query(target, "offset", offset);
  return HttpRequest{.target = std::move(target)};
}

Result<ListJobs::Response> ListJobs::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of jobs");
}

}  // namespace bot::client
