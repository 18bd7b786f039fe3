#include "client/ops/list_audit.hpp"

#include <string>
#include <utility>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListAudit::encode() const {
  std::string target = "/admin/audit";
  add_query(target, "subject", subject);
  add_query(target, "action", action);
  add_query(target, "before", before);
  add_query(target, "limit", limit);
  return HttpRequest{.target = std::move(target)};
}

Result<ListAudit::Response> ListAudit::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "an audit log");
}

}  // namespace bot::client
