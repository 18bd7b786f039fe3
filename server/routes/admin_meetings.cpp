#include "server/domain/texts.hpp"
#include "server/http/validation.hpp"
#include "server/routes/audit.hpp"
#include "server/routes/meeting_lookup.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/wire.hpp"
#include "server/store/user_store.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;

constexpr std::int64_t page_size = 100;

Result<Reply> list(store::Database& database, const Request& request) {
  auto filter = meeting_filter(request);
  if (!filter) return std::move(filter).error();
  const auto user_id = http::query_optional_int(request, "user_id");
  if (!user_id) return user_id.error();
  filter->user_id = *user_id;
  if (!filter->limit) filter->limit = page_size;
  return json(200, to_wire(database.read([&](sql::Connection& connection) {
                return store::MeetingStore(connection).list_all(*filter);
              })));
}

Result<Reply> stop(bots::Lifecycle& lifecycle,
                   const Clock& clock,
                   const Request& request,
                   const Principal& who) {
  const auto id = http::path_int(request, "meeting_id");
  if (!id) return id.error();
  const auto write_down = [&](sql::Connection& connection, const bots::StopOutcome& stopped) {
    audit(connection,
          request,
          who,
          {"meeting.stop", "meeting " + std::to_string(*id), std::string(stopped.message())},
          clock.now_ms());
  };
  const auto outcome = lifecycle.request_stop(*id, domain::ChangeSource::user, write_down);
  if (!outcome) {
    if (outcome.error().code != Errc::not_found) return outcome.error();
    return Error{.code = Errc::not_found, .message = "Meeting not found"};
  }
  return json(202,
              types::Accepted{.message = std::string(outcome->message()),
                              .command_id = outcome->command_id,
                              .meeting_id = outcome->meeting.id,
                              .status = std::string(domain::to_string(outcome->meeting.status))});
}

// {"total","items":[meeting object + "user"]}, newest first (contract §1.3).
Result<Reply> meetings_and_users(store::Database& database, const Request& request) {
  const auto skip = http::query_int(request, "skip", 0);
  const auto limit = http::query_int(request, "limit", page_size, {.least = 0, .most = 1000});
  if (!skip) return skip.error();
  if (!limit) return limit.error();
  return database.read([&](sql::Connection& connection) -> Result<Reply> {
    store::MeetingFilter filter;
    filter.limit = *limit;
    filter.offset = *skip;
    auto items = types::Json::array();
    store::MeetingStore meetings(connection);
    for (const auto& row : meetings.list_all(filter)) {
      types::Json item = to_wire(row);
      const auto user = store::UserStore(connection).find(row.user_id);
      item["user"] = user ? types::Json(to_wire(*user)) : types::Json(nullptr);
      items.push_back(std::move(item));
    }
    return json(200, types::Json{{"total", meetings.count()}, {"items", items}});
  });
}

}  // namespace

void add_admin_meeting_routes(http::Router& router,
                              store::Database& database,
                              bots::Lifecycle& lifecycle,
                              const Clock& clock) {
  router.add(
      {"GET",
       "/admin/meetings",
       Access::admin,
       [&](const Request& request, const Principal& /*who*/) { return list(database, request); },
       "List meetings of all users, newest first, 100 unless a limit is given"});
  router.add({"POST",
              "/admin/meetings/{meeting_id}/stop",
              Access::admin,
              accounted(
                  database,
                  clock,
                  "meeting.stop",
                  [](const Request& request) { return "meeting " + request.param("meeting_id"); },
                  [&](const Request& request, const Principal& who) {
                    return stop(lifecycle, clock, request, who);
                  }),
              "Make any user's bot leave its meeting"});
  router.add({"GET",
              "/admin/stats/meetings-users",
              Access::admin,
              [&](const Request& request, const Principal& /*who*/) {
                return meetings_and_users(database, request);
              },
              "List meetings with their users, newest first, and how many there are"});
}

}  // namespace bot::routes
