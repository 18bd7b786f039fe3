#include "client/ops/list_job_events.hpp"

#include <string>
#include <utility>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListJobEvents::encode() const {
  std::string target = "/api/jobs/events";
  if (since) {
    const auto* number = std::get_if<std::int64_t>(&*since);
    add_query(target, "since", std::string(number != nullptr ? std::to_string(*number) : "now"));
  }
  add_query(target, "job_id", job_id);
  add_query(target, "wait", wait);
  add_query(target, "limit", limit);
  return HttpRequest{.target = std::move(target)};
}

Result<ListJobEvents::Response> ListJobEvents::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a page of events");
}

}  // namespace bot::client
