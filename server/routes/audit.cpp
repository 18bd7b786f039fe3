#include "server/routes/audit.hpp"

#include "server/store/audit_store.hpp"

namespace bot::routes {

void audit(sql::Connection& connection,
           const http::Request& request,
           const http::Principal& who,
           const Deed& deed,
           UnixMillis now) {
  store::AuditStore(connection)
      .add({.id = 0,
            .at = now,
            .actor = who.admin ? "admin" : "user " + std::to_string(who.user_id),
            .action = deed.action,
            .subject = deed.subject,
            .request_id = request.request_id,
            .detail = deed.detail});
}

}  // namespace bot::routes
