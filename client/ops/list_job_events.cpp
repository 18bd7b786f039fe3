#include "client/ops/list_job_events.hpp"

#include <string>
#include <utility>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListJobEvents::encode() const {
  std::string target = "/api/jobs/events";
  add_query(target, "since", since);
  add_query(target, "job_id", job_id);
  add_query(target, "wait", wait);
  add_query(target, "limit", limit);
  return HttpRequest{.target = std::move(target)};
}

Result<ListJobEvents::Response> ListJobEvents::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a page of events");
}

}  // namespace bot::client
