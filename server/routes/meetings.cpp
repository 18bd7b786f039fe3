#include "server/domain/speech.hpp"
#include "server/http/validation.hpp"
#include "server/routes/meeting_lookup.hpp"
#include "server/routes/methods_of.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/wire.hpp"
#include "server/store/session_store.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;

constexpr std::size_t longest_notes = 16'384;
constexpr std::size_t most_entries = 1000;

// The four keys that PATCH takes, as the object to merge into data (contract §1.6).
Result<nlohmann::json> read_patch(const nlohmann::json& whole) {
  http::BodyReader body(whole);
  const auto* data = body.required_object("data");
  if (auto sound = body.status(); !sound) return std::move(sound).error();
  http::BodyReader fields(*data, {"body", "data"});
  auto patch = nlohmann::json::object();
  for (const auto* name : {"name", "notes"}) {
    const auto text = fields.optional_string(name);
    if (!text) continue;
    fields.limit_length(name, text, longest_notes);
    patch[name] = *text;
  }
  for (const auto* name : {"participants", "languages"}) {
    const auto list = fields.optional_string_list(name);
    if (!list) continue;
    if (list->size() > most_entries) fields.refuse(name, "ensure this list has at most 1000 items");
    patch[name] = *list;
  }
  if (patch.contains("languages")) {
    const auto problem =
        domain::languages_problem(patch["languages"].get<std::vector<std::string>>());
    if (problem) fields.refuse("languages", *problem);
  }
  if (auto sound = fields.status(); !sound) return std::move(sound).error();
  if (patch.empty()) {
    return Error{.code = Errc::malformed_request, .message = "No data provided for update."};
  }
  return patch;
}

class MeetingRoutes {
 public:
  MeetingRoutes(store::Database& database, const Clock& clock)
      : database_(database), clock_(clock) {}

  Result<Reply> list(const Request& request, const Principal& who) const {
    const auto filter = meeting_filter(request);
    if (!filter) return filter.error();
    return json(200, to_wire(database_.read([&](sql::Connection& connection) {
                  return store::MeetingStore(connection).list(who.user_id, *filter);
                })));
  }

  Result<Reply> update(const Request& request, const Principal& who) const {
    const auto path = meeting_path(request);
    if (!path) return path.error();
    const auto parsed = http::parse_body(request);
    if (!parsed) return parsed.error();
    const auto patch = read_patch(*parsed);
    if (!patch) return patch.error();
    return database_.write([&](sql::Connection& connection) -> Result<Reply> {
      const auto meeting = newest_meeting(connection, who.user_id, *path);
      if (!meeting) return meeting.error();
      store::MeetingStore meetings(connection);
      meetings.merge_data(meeting->id, patch->dump(), clock_.now_ms());
      const auto updated = meetings.find(meeting->id);
      if (!updated) return Error{.code = Errc::not_found, .message = "Meeting not found"};
      return json(200, to_wire(*updated));
    });
  }

  // Deletes what was said and what names the meeting; only once it is over (S2, contract §1.6).
  Result<Reply> remove(const Request& request, const Principal& who) const {
    const auto path = meeting_path(request);
    if (!path) return path.error();
    return database_.write([&](sql::Connection& connection) -> Result<Reply> {
      const auto meeting = newest_meeting(connection, who.user_id, *path);
      if (!meeting) return meeting.error();
      if (!domain::is_final(meeting->status)) {
        return Error{
            .code = Errc::conflict,
            .message = "Meeting not finalized; cannot delete transcripts. Current status: " +
                       std::string(domain::to_string(meeting->status))};
      }
      store::MeetingStore(connection).anonymise(meeting->id, clock_.now_ms());
      return json(200,
                  types::Message{"Meeting " + path->platform + "/" + path->native_meeting_id +
                                 " transcripts deleted and data anonymized"});
    });
  }

  Result<Reply> timeline_of(const Request& request, const Principal& who) const {
    const auto id = http::path_int(request, "meeting_id");
    if (!id) return id.error();
    return database_.read([&](sql::Connection& connection) -> Result<Reply> {
      const auto meeting = store::MeetingStore(connection).find(*id);
      if (!meeting || (!who.admin && meeting->user_id != who.user_id)) {
        return Error{.code = Errc::not_found, .message = "Meeting not found"};
      }
      return json(200, timeline(*meeting, store::SessionStore(connection).of_meeting(*id)));
    });
  }

 private:
  store::Database& database_;
  const Clock& clock_;
};

}  // namespace

void add_meeting_routes(http::Router& router, store::Database& database, const Clock& clock) {
  const auto bound = methods_of(std::make_shared<MeetingRoutes>(database, clock));
  router.add({"GET",
              "/meetings",
              Access::user,
              bound(&MeetingRoutes::list),
              "List meetings, newest first"});
  router.add({"PATCH",
              "/meetings/{platform}/{native_meeting_id}",
              Access::user,
              bound(&MeetingRoutes::update),
              "Name a meeting, note its participants"});
  router.add({"DELETE",
              "/meetings/{platform}/{native_meeting_id}",
              Access::user,
              bound(&MeetingRoutes::remove),
              "Delete the transcript of an ended meeting"});
  router.add({"GET",
              "/meetings/{meeting_id}/timeline",
              Access::either,
              bound(&MeetingRoutes::timeline_of),
              "Show a meeting's sessions and state changes"});
}

}  // namespace bot::routes
