#include <memory>

#include "client/ops/list_all_meetings.hpp"
#include "suites/answers.hpp"
#include "suites/check.hpp"
#include "suites/stage.hpp"

namespace bot::suites {

namespace {

using types::Json;

constexpr const char* hanging = "stale-hang-1";   // never gets past the lobby
constexpr const char* silent = "stale-silent-1";  // active, then without a heartbeat
constexpr std::int64_t looked_at = 100;

struct Memory {
  std::optional<ListedMeeting> hanging;
  std::optional<ListedMeeting> silent;
};

std::string failure_of(const Json& row) {
  const auto data = row.is_object() ? row.value("data", Json::object()) : Json::object();
  for (const auto* name : {"failure_reason", "failure_stage"}) {
    if (auto reason = text_in(data, name); !reason.empty()) return reason;
    if (auto reason = text_in(row, name); !reason.empty()) return reason;
  }
  return "";
}

void examine_failed(const ListedMeeting& row, Evidence& evidence) {
  const auto reason = failure_of(row.raw);
  evidence.that(!reason.empty(),
                row.native_meeting_id + " says why it failed",
                reason.empty() ? "neither failure_reason nor failure_stage" : reason);
}

// On a server of our own: two bots go stale for real, and both must be closed.
Outcome watch_cleanup(Stage& stage, Memory& memory) {
  Evidence evidence;
  for (const auto* label : {hanging, silent}) {
    const auto started = stage.start_bot({.label = label});
    if (!started) {
      evidence.missing(started.error(), std::string("a bot for ") + label);
      return std::move(evidence).outcome();
    }
  }
  for (const auto* label : {hanging, silent}) {
    const auto failed = stage.await_state(label, State::failed);
    if (!failed) {
      evidence.missing(failed.error(), std::string(label) + " is closed as failed");
      continue;
    }
    (label == hanging ? memory.hanging : memory.silent) = *failed;
    examine_failed(*failed, evidence);
  }
  return std::move(evidence).outcome();
}

// Elsewhere: what is failed already must say why. The administrator's list shows more than a new
// user's, where the server has one.
Outcome inspect_failed(Stage& stage) {
  Evidence evidence;
  std::vector<types::Meeting> failed;
  const auto everybody =
      stage.admin().run(client::ListAllMeetings{.status = "failed", .limit = looked_at});
  if (everybody) failed = everybody->meetings;
  const auto own = stage.meetings();
  if (!own) {
    evidence.missing(own.error(), "the list of meetings");
    return std::move(evidence).outcome();
  }
  std::size_t silent_ones = 0;
  for (const auto& meeting : failed) {
    if (meeting.status == "failed" && failure_of(Json(meeting)).empty()) ++silent_ones;
  }
  for (const auto& row : *own) {
    if (row.state() == State::failed && failure_of(row.raw).empty()) ++silent_ones;
  }
  evidence.that(silent_ones == 0,
                "every failed meeting says why (failure_reason or failure_stage)",
                std::to_string(failed.size()) + " failed meetings to be seen, " +
                    std::to_string(silent_ones) + " without a reason");
  return std::move(evidence).outcome();
}

Outcome verify_cleanup(Stage& stage, Memory& memory) {
  if (stage.run().wiring.ownership == Ownership::own) return watch_cleanup(stage, memory);
  return inspect_failed(stage);
}

struct BadRequest {
  std::string name;
  std::string body;
};

std::vector<BadRequest> bad_requests(const std::string& id) {
  return {{"an invalid platform",
           R"({"platform":"invalid_platform","native_meeting_id":")" + id + R"("})"},
          {"a missing native_meeting_id", R"({"platform":"google_meet"})"},
          {"a missing platform", R"({"native_meeting_id":")" + id + R"("})"},
          {"an empty native_meeting_id", R"({"platform":"google_meet","native_meeting_id":""})"},
          {"a number as id", R"({"platform":"google_meet","native_meeting_id":5})"},
          {"broken JSON", R"({"platform":)"},
          {"an array", "[]"},
          {"an unknown language",
           R"({"platform":"google_meet","native_meeting_id":")" + id + R"(","language":"xx"})"},
          {"an unknown task",
           R"({"platform":"google_meet","native_meeting_id":")" + id + R"(","task":"sing"})"}};
}

Outcome refuse_invalid(Stage& stage, Memory&) {
  Evidence evidence;
  for (const auto& bad : bad_requests(stage.meeting_id("invalid-test"))) {
    const auto answer = stage.send("POST", "/bots", bad.body);
    if (!answer) {
      evidence.missing(answer.error(), "422 for " + bad.name);
      continue;
    }
    evidence.that(answer->status == 422,
                  "422 for " + bad.name,
                  answer->status == 422 ? "HTTP 422" : describe(*answer));
  }
  return std::move(evidence).outcome();
}

Outcome reason_is(Stage& stage,
                  const std::optional<ListedMeeting>& meeting,
                  const std::string& wanted) {
  if (stage.run().wiring.ownership != Ownership::own) {
    return skipped(
        "the server was not started by this run, so no bot can be made to go stale "
        "(--spawn-server does)");
  }
  Evidence evidence;
  const auto reason = meeting ? failure_of(meeting->raw) : std::string();
  evidence.that(reason == wanted, "failure_reason " + wanted, "failure_reason '" + reason + "'");
  return std::move(evidence).outcome();
}

Outcome hanging_reason(Stage& stage, Memory& memory) {
  return reason_is(stage, memory.hanging, "stale_starting_timeout");
}

Outcome silent_reason(Stage& stage, Memory& memory) {
  return reason_is(stage, memory.silent, "stale_active_timeout");
}

Outcome seats_are_back(Stage& stage, Memory&) {
  if (stage.run().wiring.ownership != Ownership::own) {
    return skipped("the server was not started by this run, so no seat was held by a stale bot");
  }
  Evidence evidence;
  for (const auto* label : {"smoke-test-1", "smoke-test-2"}) {
    const auto answer = stage.request_bot({.label = label});
    if (!answer) {
      evidence.missing(answer.error(), std::string("201 for ") + label);
    } else {
      evidence.that(is_success(*answer), std::string("201 for ") + label, describe(*answer));
    }
  }
  return std::move(evidence).outcome();
}

}  // namespace

Suite background_cleanup() {
  const auto memory = std::make_shared<Memory>();
  const auto with = [memory](Outcome (*check)(Stage&, Memory&)) {
    return [memory, check](Stage& stage) { return check(stage, *memory); };
  };
  return Suite{.number = 6,
               .title = "Background Cleanup",
               .checks = {{"6.1",
                           "Verify Background Cleanup",
                           "What went stale is closed as failed, and every failed meeting says why",
                           {"2.1"},
                           with(verify_cleanup)},
                          {"6.2",
                           "Test Invalid Bot Requests",
                           "A request that makes no sense is refused with 422",
                           {},
                           with(refuse_invalid)},
                          {"6.3",
                           "A Hung Bot Is Closed",
                           "A bot that never becomes active is closed with stale_starting_timeout",
                           {"6.1"},
                           with(hanging_reason)},
                          {"6.4",
                           "A Silent Bot Is Closed",
                           "An active bot without heartbeats is closed with stale_active_timeout",
                           {"6.1"},
                           with(silent_reason)},
                          {"6.5",
                           "Seats of Stale Bots Are Free",
                           "The seats that stale bots held can be used again",
                           {"6.1"},
                           with(seats_are_back)}}};
}

}  // namespace bot::suites
