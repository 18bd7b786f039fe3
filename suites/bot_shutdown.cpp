#include <memory>

#include "base/text.hpp"
#include "suites/answers.hpp"
#include "suites/check.hpp"
#include "suites/stage.hpp"

namespace bot::suites {

namespace {

struct Memory {
  std::int64_t first = 0;
};

Outcome stop_first(Stage& stage, Memory& memory) {
  Evidence evidence;
  for (const auto* label : {"smoke-test-1", "smoke-test-2"}) {
    const auto started = stage.start_bot({.label = label});
    if (!started) {
      evidence.missing(started.error(), std::string("a bot for ") + label);
      return std::move(evidence).outcome();
    }
  }
  const auto active = stage.await_state("smoke-test-1", State::active);
  if (!active) {
    evidence.missing(active.error(), "smoke-test-1 becomes active");
    return std::move(evidence).outcome();
  }
  memory.first = active->id;
  const auto accepted = stage.stop_bot("smoke-test-1");
  if (!accepted) {
    evidence.missing(accepted.error(), "202 with a message");
  } else {
    evidence.that(!accepted->message.empty(), "202 with a message", "'" + accepted->message + "'");
  }
  return std::move(evidence).outcome();
}

// Where the servers of different ages write why a meeting ended.
std::string end_reason(const types::Json& row) {
  const auto data =
      row.is_object() ? row.value("data", types::Json::object()) : types::Json::object();
  for (const auto* name : {"completion_reason", "stop_reason", "reason"}) {
    if (auto reason = text_in(data, name); !reason.empty()) return reason;
    if (auto reason = text_in(row, name); !reason.empty()) return reason;
  }
  return "";
}

Outcome watch_shutdown(Stage& stage, Memory& memory) {
  Evidence evidence;
  const auto at_once = stage.meeting("smoke-test-1");
  if (!at_once) {
    evidence.missing(at_once.error(), "the stopped meeting is listed");
    return std::move(evidence).outcome();
  }
  const auto state = at_once->state();
  evidence.that(state == State::stopping || state == State::completed,
                "stopping (or already completed) as soon as the stop was accepted",
                "'" + at_once->status + "'");
  std::vector<std::string> seen;
  const auto ended = stage.await_state("smoke-test-1", State::completed, &seen);
  if (!ended) {
    evidence.missing(ended.error(), "completed in the end");
    return std::move(evidence).outcome();
  }
  evidence.that(ended->id == memory.first, "completed in the end", join(seen, " > "));
  const auto reason = end_reason(ended->raw);
  // Told by no server of 2025 for a running bot: asserted where it is told.
  if (!reason.empty()) evidence.that(reason == "stopped", "reason stopped", "reason " + reason);
  return std::move(evidence).outcome();
}

Outcome limit_is_reset(Stage& stage, Memory&) {
  Evidence evidence;
  const auto started = stage.start_bot({.label = "smoke-test-3", .bot_name = "Smoke Test Bot 3"});
  if (!started) {
    evidence.missing(started.error(), "201 for a bot in the freed seat");
  } else {
    evidence.that(parse_state(started->status) == State::reserved,
                  "201 for a bot in the freed seat, reserved",
                  "status '" + started->status + "'");
  }
  return std::move(evidence).outcome();
}

Outcome seat_is_free_while_stopping(Stage& stage, Memory&) {
  Evidence evidence;
  const auto stopped = stage.stop_bot("smoke-test-2");
  if (!stopped) {
    evidence.missing(stopped.error(), "202 to the stop of the second bot");
    return std::move(evidence).outcome();
  }
  const auto answer = stage.request_bot({.label = "smoke-test-4"});
  if (!answer) {
    evidence.missing(answer.error(), "201 right after the stop was accepted");
  } else {
    evidence.that(is_success(*answer), "201 right after the stop was accepted", describe(*answer));
  }
  return std::move(evidence).outcome();
}

Outcome stop_twice(Stage& stage, Memory&) {
  Evidence evidence;
  const auto again = stage.stop_bot("smoke-test-1");
  // HEAD answers 404 to the second stop: it knows no live bot of that meeting.
  const bool gone = !again && again.error().code == Errc::not_found;
  evidence.that(again.has_value() || gone,
                "the second stop of an ended bot is accepted (or 404)",
                again ? "'" + again->message + "'" : describe(again.error()));
  const auto row = stage.meeting("smoke-test-1");
  evidence.that(row && row->state() == State::completed,
                "the meeting stays completed",
                row ? "'" + row->status + "'" : describe(row.error()));
  return std::move(evidence).outcome();
}

Outcome stop_unknown(Stage& stage, Memory&) {
  Evidence evidence;
  const auto target = "/bots/" + std::string(platform) + "/" + stage.meeting_id("never-started");
  const auto answer = stage.send("DELETE", target);
  if (!answer) {
    evidence.missing(answer.error(), "404");
  } else {
    evidence.that(answer->status == 404, "404 for a meeting that never was", describe(*answer));
  }
  return std::move(evidence).outcome();
}

}  // namespace

Suite bot_shutdown() {
  const auto memory = std::make_shared<Memory>();
  const auto with = [memory](Outcome (*check)(Stage&, Memory&)) {
    return [memory, check](Stage& stage) { return check(stage, *memory); };
  };
  return Suite{
      .number = 5,
      .title = "Bot Shutdown",
      .checks = {{"5.1",
                  "Stop First Bot",
                  "The stop of a running bot is accepted with a message",
                  {"3.1"},
                  with(stop_first)},
                 {"5.2",
                  "Monitor Bot Shutdown",
                  "A stopped bot is stopping at once and completed in the end",
                  {"5.1"},
                  with(watch_shutdown)},
                 {"5.3",
                  "Verify Concurrent Bot Limit Reset",
                  "A new bot fits into the seat of a stopped one",
                  {"5.2"},
                  with(limit_is_reset)},
                 {"5.4",
                  "Seat Is Free While Stopping",
                  "The seat is free as soon as the stop is accepted",
                  {"5.3"},
                  with(seat_is_free_while_stopping)},
                 {"5.5", "Stop Twice", "A second stop harms nothing", {"5.2"}, with(stop_twice)},
                 {"5.6",
                  "Stop What Never Was",
                  "The stop of an unknown meeting is refused with 404",
                  {"2.1"},
                  with(stop_unknown)}}};
}

}  // namespace bot::suites
