#include "server/routes/audit.hpp"

#include <exception>
#include <utility>

#include "base/fault.hpp"
#include "base/unicode.hpp"
#include "client/types/json.hpp"
#include "server/http/error_reply.hpp"
#include "server/store/audit_store.hpp"

namespace bot::routes {
namespace {

constexpr std::string_view done = "done";
constexpr std::size_t longest_subject = 120;  // columns

void add(sql::Connection& connection,
         const http::Request& request,
         const http::Principal& who,
         const Deed& deed,
         std::string_view outcome,
         UnixMillis now) {
  types::Json detail{{"outcome", outcome}, {"from", request.peer_address}};
  if (!who.key_fingerprint.empty()) detail["key"] = who.key_fingerprint;
  if (who.token_id != 0) detail["token"] = who.token_id;
  if (!deed.detail.empty()) detail["note"] = deed.detail;
  store::AuditStore(connection)
      .add({.id = 0,
            .at = now,
            .actor = who.admin ? "admin" : "user " + std::to_string(who.user_id),
            .action = deed.action,
            .subject = truncate_to_width(escape_for_terminal(deed.subject), longest_subject),
            .request_id = request.request_id,
            .detail = types::dump(detail)});
}

}  // namespace

void audit(sql::Connection& connection,
           const http::Request& request,
           const http::Principal& who,
           const Deed& deed,
           UnixMillis now) {
  add(connection, request, who, deed, done, now);
}

http::AsyncHandler accounted(store::Database& database,
                             const Clock& clock,
                             std::string action,
                             Subject subject,
                             http::Handler handler) {
  return [&database,
          &clock,
          action = std::move(action),
          subject = std::move(subject),
          handler = std::move(handler)](const http::Request& request,
                                        const http::Principal& who,
                                        const http::Responder& respond) {
    auto answer = handler(request, who);
    if (answer) return respond(std::move(answer));
    const auto status = std::to_string(http::status_of(answer.error().code));
    std::exception_ptr lost;
    try {
      database.write([&](sql::Connection& connection) {
        add(connection,
            request,
            who,
            {action, subject(request), answer.error().message},
            "refused " + status,
            clock.now_ms());
      });
    } catch (const Fault&) {
      lost = std::current_exception();
    }
    respond(std::move(answer));
    if (lost) std::rethrow_exception(lost);
  };
}

http::AsyncHandler accounted_for_admins(store::Database& database,
                                        const Clock& clock,
                                        std::string action,
                                        Subject subject,
                                        const http::Handler& handler) {
  return [plain = handler,
          for_admins = accounted(database, clock, std::move(action), std::move(subject), handler)](
             const http::Request& request,
             const http::Principal& who,
             const http::Responder& respond) {
    if (who.admin) return for_admins(request, who, respond);
    respond(plain(request, who));
  };
}

}  // namespace bot::routes
