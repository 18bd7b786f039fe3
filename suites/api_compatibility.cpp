#include <algorithm>

#include "client/health.hpp"
#include "client/ops/find_user.hpp"
#include "client/ops/get_bots_status.hpp"
#include "client/ops/get_transcript.hpp"
#include "client/ops/update_meeting.hpp"
#include "suites/answers.hpp"
#include "suites/check.hpp"
#include "suites/stage.hpp"

namespace bot::suites {

namespace {

using types::Json;

constexpr const char* label = "smoke-test-1";

template <typename T>
bool answered(const Result<T>& result, const std::string& what, Evidence& evidence) {
  return evidence.that(
      result.has_value(), what, result ? what + " answered" : describe(result.error()));
}

void examine_reads(Stage& stage, std::int64_t created, Evidence& evidence) {
  answered(client::check_health(stage.admin()), "GET /health", evidence);
  const auto listed = stage.meetings();
  if (answered(listed, "GET /meetings", evidence)) {
    bool there = false;
    for (const auto& row : *listed)
      there = there || row.id == created;
    evidence.that(there,
                  "the new meeting in GET /meetings",
                  std::to_string(listed->size()) + " meetings" +
                      (there ? "" : ", without number " + std::to_string(created)));
  }
  answered(stage.user().run(client::GetBotsStatus{}), "GET /bots/status", evidence);
  const auto transcript = stage.user().run(
      client::GetTranscript{.platform = platform, .native_meeting_id = stage.meeting_id(label)});
  if (answered(transcript, "GET /transcripts with segments", evidence)) {
    evidence.that(transcript->id == created,
                  "the transcript of meeting " + std::to_string(created),
                  "id " + std::to_string(transcript->id) + ", " +
                      std::to_string(transcript->segments.size()) + " segments");
  }
  const auto found = stage.admin().run(client::FindUser{.email = stage.account().user.email});
  if (answered(found, "GET /admin/users/email/…", evidence)) {
    evidence.that(found->id == stage.account().user.id,
                  "the user of that e-mail",
                  "id " + std::to_string(found->id));
  }
}

void examine_update(Stage& stage, Evidence& evidence) {
  const auto updated =
      stage.user().run(client::UpdateMeeting{.platform = platform,
                                             .native_meeting_id = stage.meeting_id(label),
                                             .name = "Updated Meeting Name",
                                             .notes = "Smoke test notes"});
  if (!answered(updated, "PATCH /meetings", evidence)) return;
  const auto name = text_in(updated->data, "name");
  evidence.that(name == "Updated Meeting Name", "the new name in its answer", "'" + name + "'");
  const auto row = stage.meeting(label);
  if (!row) {
    evidence.missing(row.error(), "the updated meeting in GET /meetings");
    return;
  }
  const auto stored = row->raw.value("data", Json::object());
  evidence.that(text_in(stored, "notes") == "Smoke test notes",
                "the notes read back",
                "'" + text_in(stored, "notes") + "'");
}

Outcome verify_endpoints(Stage& stage) {
  Evidence evidence;
  const auto started = stage.start_bot({.label = label});
  if (!started) {
    evidence.missing(started.error(), "POST /bots");
    return std::move(evidence).outcome();
  }
  examine_reads(stage, started->id, evidence);
  examine_update(stage, evidence);
  const auto stopped = stage.stop_bot(label);
  if (answered(stopped, "DELETE /bots/…", evidence)) {
    evidence.that(!stopped->message.empty(), "a message", "'" + stopped->message + "'");
  }
  return std::move(evidence).outcome();
}

bool is_known(const ListedMeeting& row, const client::Dialect& dialect) {
  const auto& words = dialect.states;
  if (words.empty()) return row.state().has_value();
  return std::find(words.begin(), words.end(), row.status) != words.end();
}

// The first thing wrong with a row, or nothing.
std::string fault_of(const ListedMeeting& row, const client::Dialect& dialect) {
  if (!row.raw.is_object()) return "an item is no object";
  const auto name = "meeting " + std::to_string(row.id);
  for (const auto* field : {"id", "platform", "native_meeting_id", "status", "created_at"}) {
    if (!row.raw.contains(field)) return name + " has no " + field;
    const auto& value = row.raw.at(field);
    const bool right =
        std::string_view(field) == "id" ? value.is_number_integer() : value.is_string();
    if (!right) return name + ": " + field + " is " + types::dump(value);
  }
  if (!row.raw.contains("data")) return name + " has no data";
  if (!row.raw.at("data").is_object()) return name + ": data is no object";
  if (!is_known(row, dialect))
    return name + ": status '" + row.status + "' is none of the known ones";
  return "";
}

Outcome verify_schema(Stage& stage) {
  Evidence evidence;
  const auto rows = stage.meetings();
  if (!rows) {
    evidence.missing(rows.error(), "the list of meetings");
    return std::move(evidence).outcome();
  }
  evidence.that(!rows->empty(), "meetings to look at", std::to_string(rows->size()) + " meetings");
  std::string fault;
  for (const auto& row : *rows) {
    if (fault.empty()) fault = fault_of(row, stage.dialect());
  }
  evidence.that(fault.empty(),
                "id, platform, native_meeting_id, status and created_at in each meeting, data an "
                "object, a known status",
                fault.empty() ? "each is complete" : fault);
  return std::move(evidence).outcome();
}

Outcome refuse_without_key(Stage& stage) {
  Evidence evidence;
  for (const auto* target : {"/meetings", "/bots/status", "/admin/users"}) {
    const auto answer = stage.send("GET", target, "", client::Access::none);
    const auto expected =
        client::text_of(stage.dialect().key_refusals) + " for GET " + target + " without a key";
    if (!answer) {
      evidence.missing(answer.error(), expected);
    } else {
      evidence.that(is_key_refusal(answer->status, stage.dialect()), expected, describe(*answer));
    }
  }
  return std::move(evidence).outcome();
}

Outcome hide_from_others(Stage& stage) {
  Evidence evidence;
  const auto other = stage.open_account("other", 1);
  if (!other) {
    evidence.missing(other.error(), "a second user");
    return std::move(evidence).outcome();
  }
  const auto list = stage.meetings_of(other->client);
  if (!list) {
    evidence.missing(list.error(), "the second user's list");
  } else {
    evidence.that(list->empty(),
                  "an empty list for another user",
                  std::to_string(list->size()) + " meetings");
  }
  const auto transcript = other->client.run(
      client::GetTranscript{.platform = platform, .native_meeting_id = stage.meeting_id(label)});
  evidence.that(!transcript && transcript.error().code == Errc::not_found,
                "404 for another user's transcript",
                transcript ? "the transcript" : describe(transcript.error()));
  return std::move(evidence).outcome();
}

Outcome refuse_unknown(Stage& stage) {
  Evidence evidence;
  const auto answer = stage.send("GET", "/no-such-endpoint");
  if (!answer) {
    evidence.missing(answer.error(), "404 for an unknown path");
  } else {
    evidence.that(answer->status == 404, "404 for an unknown path", describe(*answer));
  }
  return std::move(evidence).outcome();
}

}  // namespace

Suite api_compatibility() {
  return Suite{
      .number = 7,
      .title = "API Compatibility",
      .checks = {{"7.1",
                  "Verify All Endpoints Work",
                  "The endpoints of bots, meetings, transcripts and users answer and agree",
                  {"2.1"},
                  verify_endpoints},
                 {"7.2",
                  "Verify Response Schema Consistency",
                  "Every listed meeting has the fields that clients rely on",
                  {"2.1"},
                  verify_schema},
                 {"7.3",
                  "Refuse Without a Key",
                  "Nothing is told to a request without a key",
                  {},
                  refuse_without_key},
                 {"7.4",
                  "Hide Meetings From Others",
                  "A user's meetings and transcripts are that user's alone",
                  {"2.1"},
                  hide_from_others},
                 {"7.5", "Refuse Unknown Paths", "An unknown path is 404", {}, refuse_unknown}}};
}

}  // namespace bot::suites
