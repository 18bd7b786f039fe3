#include "base/unicode.hpp"
#include "client/types/audit.hpp"
#include "server/http/validation.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/wire.hpp"
#include "server/store/audit_store.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;

constexpr std::int64_t page_size = 100;

types::AuditEntry to_wire(const store::AuditRow& row) {
  types::AuditEntry entry;
  entry.id = row.id;
  entry.at = format_time(row.at);
  entry.actor = row.actor;
  entry.action = row.action;
  entry.subject = row.subject;
  entry.request_id = row.request_id;
  const auto detail = types::Json::parse(row.detail, nullptr, false);
  if (!detail.is_object()) return entry;
  types::read(detail, "outcome", entry.outcome);
  types::read(detail, "from", entry.from);
  types::read(detail, "key", entry.key);
  types::read(detail, "token", entry.token_id);
  types::read(detail, "note", entry.note);
  return entry;
}

// Stored subjects and actions have no control characters, so nothing can be meant by them.
Result<std::optional<std::string>> query_text(const Request& request, std::string_view name) {
  auto text = request.query_value(name);
  if (text && has_control_characters(*text)) {
    return http::invalid_field("query", name, "control characters are not permitted");
  }
  return text;
}

Result<Reply> list(store::Database& database, const Request& request) {
  const auto limit = http::query_int(request, "limit", page_size, {.least = 1, .most = 1000});
  if (!limit) return limit.error();
  const auto before = http::query_optional_int(request, "before");
  if (!before) return before.error();
  auto subject = query_text(request, "subject");
  if (!subject) return std::move(subject).error();
  auto action = query_text(request, "action");
  if (!action) return std::move(action).error();
  const store::AuditFilter filter{.subject = *std::move(subject),
                                  .action = *std::move(action),
                                  .before = *before,
                                  .limit = *limit};
  return database.read([&](sql::Connection& connection) {
    types::AuditList list;
    for (const auto& row : store::AuditStore(connection).list(filter))
      list.entries.push_back(to_wire(row));
    return json(200, list);
  });
}

}  // namespace

void add_audit_routes(http::Router& router, store::Database& database) {
  router.add(
      {"GET",
       "/admin/audit",
       Access::admin,
       [&](const Request& request, const Principal& /*who*/) { return list(database, request); },
       "List who changed what, newest first, 100 unless a limit is given; the next ones are those "
       "before the last one's id"});
}

}  // namespace bot::routes
