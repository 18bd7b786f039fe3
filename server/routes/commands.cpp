#include "server/http/validation.hpp"
#include "server/routes/meeting_lookup.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/wire.hpp"
#include "server/store/command_store.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;

Result<Reply> list(store::Database& database, const Request& request, const Principal& who) {
  const auto path = meeting_path(request);
  if (!path) return path.error();
  return database.read([&](sql::Connection& connection) -> Result<Reply> {
    const auto meeting = newest_meeting(connection, who.user_id, *path);
    if (!meeting) return meeting.error();
    types::BotCommandList commands;
    for (const auto& row : store::CommandStore(connection).of_meeting(meeting->id)) {
      commands.commands.push_back(to_wire(row));
    }
    return json(200, commands);
  });
}

// A command of any of the user's meetings there, not only of the newest: the bot may have been
// sent again since.
Result<Reply> get(store::Database& database, const Request& request, const Principal& who) {
  const auto path = meeting_path(request);
  if (!path) return path.error();
  const auto id = http::path_int(request, "command_id");
  if (!id) return id.error();
  return database.read([&](sql::Connection& connection) -> Result<Reply> {
    const auto row = store::CommandStore(connection).find(*id);
    const auto meeting = row ? store::MeetingStore(connection).find(row->meeting_id) : std::nullopt;
    if (!meeting || meeting->user_id != who.user_id || meeting->platform != path->platform ||
        meeting->native_meeting_id != path->native_meeting_id) {
      return Error{.code = Errc::not_found, .message = "Command not found"};
    }
    return json(200, to_wire(*row));
  });
}

}  // namespace

void add_command_routes(http::Router& router, store::Database& database) {
  router.add(
      {"GET",
       "/bots/{platform}/{native_meeting_id}/commands",
       Access::user,
       [&](const Request& request, const Principal& who) { return list(database, request, who); },
       "List the commands to the newest bot of a meeting and how far each came"});
  router.add(
      {"GET",
       "/bots/{platform}/{native_meeting_id}/commands/{command_id}",
       Access::user,
       [&](const Request& request, const Principal& who) { return get(database, request, who); },
       "Show one command and what the bot answered"});
}

}  // namespace bot::routes
