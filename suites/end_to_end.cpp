#include <algorithm>

#include "base/text.hpp"
#include "base/time_format.hpp"
#include "client/ops/get_timeline.hpp"
#include "client/ops/get_transcript.hpp"
#include "suites/acknowledgement.hpp"
#include "suites/answers.hpp"
#include "suites/check.hpp"
#include "suites/stage.hpp"

namespace bot::suites {

namespace {

constexpr const char* label = "lifecycle-test";

// Each stage returns whether the next one makes sense.

bool create(Stage& stage, std::int64_t& id, Evidence& evidence) {
  const auto started = stage.start_bot({.label = label, .bot_name = "Lifecycle Test Bot"});
  if (!started) {
    evidence.missing(started.error(), "1. a bot is created");
    return false;
  }
  id = started->id;
  return evidence.that(parse_state(started->status) == State::reserved,
                       "1. a bot is created, reserved",
                       "meeting " + std::to_string(id) + " '" + started->status + "'");
}

bool become_active(Stage& stage, std::int64_t id, Evidence& evidence) {
  std::vector<std::string> seen;
  const auto active = stage.await_state(label, State::active, &seen);
  if (!active) {
    evidence.missing(active.error(), "2. it becomes active");
    return false;
  }
  return evidence.that(active->id == id, "2. it becomes active", join(seen, " > "));
}

// `receipts` tells whether the server gives command ids, as those with timelines do.
bool reconfigure(Stage& stage, bool& receipts, Evidence& evidence) {
  const auto accepted = stage.configure(label, "fr", "translate");
  if (!accepted) {
    evidence.missing(accepted.error(), "3. it is reconfigured");
    return false;
  }
  receipts = accepted->command_id.has_value();
  if (!receipts) {
    return evidence.that(!accepted->message.empty(), "3. it is reconfigured", accepted->message);
  }
  const auto command = await_acknowledgement(stage, label, *accepted->command_id);
  if (!command) {
    evidence.missing(command.error(), "3. it is reconfigured, by its own word");
    return false;
  }
  const auto language = text_in(command->result, "language");
  return evidence.that(
      language == "fr", "3. it is reconfigured, by its own word", "language '" + language + "'");
}

bool stop(Stage& stage, Evidence& evidence) {
  const auto stopped = stage.stop_bot(label);
  if (!stopped) {
    evidence.missing(stopped.error(), "4. it is stopped");
    return false;
  }
  return evidence.that(!stopped->message.empty(), "4. it is stopped", stopped->message);
}

bool complete(Stage& stage, Evidence& evidence) {
  std::vector<std::string> seen;
  const auto ended = stage.await_state(label, State::completed, &seen);
  if (!ended) {
    evidence.missing(ended.error(), "5. it is completed");
    return false;
  }
  evidence.that(true, "5. it is completed", join(seen, " > "));
  const auto begin = parse_time(text_in(ended->raw, "start_time"));
  const auto end = parse_time(text_in(ended->raw, "end_time"));
  return evidence.that(begin && end && *begin <= *end,
                       "an end_time not before its start_time",
                       "from '" + text_in(ended->raw, "start_time") + "' to '" +
                           text_in(ended->raw, "end_time") + "'");
}

void examine_rest(Stage& stage, std::int64_t id, bool receipts, Evidence& evidence) {
  const auto transcript = stage.user().run(
      client::GetTranscript{.platform = platform, .native_meeting_id = stage.meeting_id(label)});
  if (!transcript) {
    evidence.missing(transcript.error(), "6. its transcript can be read");
  } else {
    evidence.that(transcript->id == id,
                  "6. its transcript can be read",
                  std::to_string(transcript->segments.size()) + " segments");
  }
  const auto timeline = stage.user().run(client::GetTimeline{.meeting_id = id});
  // The servers of 2025 have none; 3.3 tells that.
  if (!timeline && timeline.error().code == Errc::not_found && !receipts) return;
  if (!timeline) {
    evidence.missing(timeline.error(), "7. its timeline is complete");
    return;
  }
  std::vector<std::string> path;
  for (const auto& step : timeline->transitions)
    path.push_back(step.to);
  const auto has = [&path](std::string_view state) {
    return std::find(path.begin(), path.end(), state) != path.end();
  };
  const bool whole = has("reserved") && has("active") && has("stopping") && !path.empty() &&
                     path.back() == "completed";
  evidence.that(
      whole, "7. its timeline is complete, from reserved to completed", join(path, " > "));
}

Outcome whole_lifecycle(Stage& stage) {
  Evidence evidence;
  std::int64_t id = 0;
  bool receipts = false;
  const bool through = create(stage, id, evidence) && become_active(stage, id, evidence) &&
                       reconfigure(stage, receipts, evidence) && stop(stage, evidence) &&
                       complete(stage, evidence);
  if (through) examine_rest(stage, id, receipts, evidence);
  return std::move(evidence).outcome();
}

}  // namespace

Suite end_to_end() {
  return Suite{.number = 10,
               .title = "End-to-End Integration",
               .checks = {{"10.1",
                           "Complete Bot Lifecycle",
                           "A bot is created, joins, is reconfigured, is stopped and leaves a "
                           "completed meeting with its transcript and history",
                           {"3.1"},
                           whole_lifecycle}},
               .max_bots = 1};
}

}  // namespace bot::suites
