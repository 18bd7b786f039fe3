#include "server/routes/audit.hpp"

#include "server/store/audit_store.hpp"

namespace bot::routes {

void audit(sql::Connection& connection,
           const http::Request& request,
           const http::Principal& who,
           const std::string& action,
           const std::string& subject,
           const std::string& detail,
           UnixMillis now) {
  store::AuditStore(connection)
      .add({.id = 0,
            .at = now,
            .actor = who.admin ? "admin" : "user " + std::to_string(who.user_id),
            .action = action,
            .subject = subject,
            .request_id = request.request_id,
            .detail = detail});
}

}  // namespace bot::routes
