#include "client/ops/purge_dead_letters.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest PurgeDeadLetters::encode() const {
  auto body = types::Json::object();
  types::write_if_set(body, "lane", lane);
  types::write_if_set(body, "kind", kind);
  types::write_if_set(body, "older_than_seconds", older_than_seconds);
  body["dry_run"] = purge == Purge::dry_run;
  return json_request("POST", "/admin/dead-letters/purge", body);
}

Result<PurgeDeadLetters::Response> PurgeDeadLetters::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "the outcome of a purge");
}

}  // namespace bot::client
