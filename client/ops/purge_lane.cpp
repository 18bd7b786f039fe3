#include "client/ops/purge_lane.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest PurgeLane::encode() const {
  types::Json body{{"status", status}};
  body["dry_run"] = purge == Purge::dry_run;
  return json_request("POST", path_of({"admin", "queue", lane, "purge"}), body);
}

Result<PurgeLane::Response> PurgeLane::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "the outcome of a purge");
}

}  // namespace bot::client
