#include "client/ops/import_users.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ImportUsers::encode() const {
  types::Json body{{"csv", csv}};
  types::write_if_set(body, "priority", priority);
  return json_request("POST", "/api/jobs/import", body);
}

Result<ImportUsers::Response> ImportUsers::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a job");
}

}  // namespace bot::client
