#include "server/domain/texts.hpp"
#include "server/http/validation.hpp"
#include "server/routes/meeting_lookup.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/wire.hpp"
#include "server/store/transcript_store.hpp"

namespace bot::routes {
namespace {

using http::Principal;
using http::Reply;
using http::Request;

Result<store::MeetingRow> meeting_of(sql::Connection& connection,
                                     const Principal& who,
                                     const MeetingPath& path,
                                     std::optional<std::int64_t> id) {
  if (!id) return newest_meeting(connection, who.user_id, path);
  auto row = store::MeetingStore(connection).find(*id);
  if (row && row->user_id == who.user_id && row->platform == path.platform &&
      row->native_meeting_id == path.native_meeting_id) {
    return *std::move(row);
  }
  return Error{.code = Errc::not_found,
               .message = "Meeting not found for platform " + path.platform + ", ID " +
                          path.native_meeting_id + ", and meeting_id " + std::to_string(*id)};
}

Result<Reply> get(store::Database& database, const Request& request, const Principal& who) {
  const auto path = meeting_path(request);
  if (!path) return path.error();
  const auto id = http::query_optional_int(request, "meeting_id");
  if (!id) return id.error();
  return database.read([&](sql::Connection& connection) -> Result<Reply> {
    const auto meeting = meeting_of(connection, who, *path, *id);
    if (!meeting) return meeting.error();
    return json(200,
                transcript(*meeting, store::TranscriptStore(connection).of_meeting(meeting->id)));
  });
}

}  // namespace

void add_transcript_routes(http::Router& router, store::Database& database) {
  router.add(
      {"GET",
       "/transcripts/{platform}/{native_meeting_id}",
       http::Access::user,
       [&](const Request& request, const Principal& who) { return get(database, request, who); },
       "Show what was said in a meeting, in every state of it"});
}

}  // namespace bot::routes
