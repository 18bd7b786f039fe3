#include <memory>

#include "client/ops/get_bots_status.hpp"
#include "suites/acknowledgement.hpp"
#include "suites/answers.hpp"
#include "suites/check.hpp"
#include "suites/stage.hpp"

namespace bot::suites {

namespace {

constexpr int early_attempts = 3;

struct Memory {
  std::optional<std::int64_t> command_id;
};

Outcome reconfigure_active(Stage& stage, Memory& memory) {
  Evidence evidence;
  for (const auto* label : {"smoke-test-1", "smoke-test-2"}) {
    const auto started = stage.start_bot({.label = label, .language = "en", .task = "transcribe"});
    if (!started) {
      evidence.missing(started.error(), std::string("a bot for ") + label);
      return std::move(evidence).outcome();
    }
  }
  for (const auto* label : {"smoke-test-1", "smoke-test-2"}) {
    const auto active = stage.await_state(label, State::active);
    if (!active) {
      evidence.missing(active.error(), std::string(label) + " becomes active");
      return std::move(evidence).outcome();
    }
  }
  const auto accepted = stage.configure("smoke-test-1", "fr", "translate");
  if (!accepted) {
    evidence.missing(accepted.error(), "202 with a message");
    return std::move(evidence).outcome();
  }
  evidence.that(!accepted->message.empty(), "202 with a message", "'" + accepted->message + "'");
  memory.command_id = accepted->command_id;
  return std::move(evidence).outcome();
}

Outcome command_is_delivered(Stage& stage, Memory& memory) {
  Evidence evidence;
  if (memory.command_id) {
    const auto command = await_acknowledgement(stage, "smoke-test-1", *memory.command_id);
    if (command) {
      evidence.that(true, "the bot acknowledges the command", "acknowledged");
    } else {
      evidence.missing(command.error(), "the bot acknowledges the command");
    }
  }
  const auto status = stage.user().run(client::GetBotsStatus{});
  if (status) {
    evidence.that(status->running_bots.size() == 2,
                  "both bots still running",
                  std::to_string(status->running_bots.size()) + " running bots");
  } else {
    evidence.missing(status.error(), "200 with running_bots");
  }
  return std::move(evidence).outcome();
}

enum class Early { refused, accepted, too_late, broken };

// Sends a configuration between two looks at the state. An acceptance counts against the server
// only when the bot was not active after it either.
Early configure_early(Stage& stage, const std::string& label, Evidence& evidence) {
  const auto started = stage.start_bot({.label = label});
  if (!started) {
    evidence.missing(started.error(), "a bot for " + label);
    return Early::broken;
  }
  const auto target = "/bots/" + std::string(platform) + "/" + stage.meeting_id(label) + "/config";
  const auto answer = stage.send("PUT", target, R"({"language":"fr","task":"translate"})");
  const auto after = stage.meeting(label);
  if (!answer || !after) {
    evidence.missing(answer ? after.error() : answer.error(), "an answer");
    return Early::broken;
  }
  const auto seen = describe(*answer) + " while the meeting was '" + started->status +
                    "' before and '" + after->status + "' after";
  const bool was_early = after->state() != State::active;
  if (is_success(*answer) && !was_early) return Early::too_late;
  const bool refused = answer->status == 409 || answer->status == 404;
  evidence.that(refused, "409 (or 404) before the bot is active", seen);
  return refused ? Early::refused : Early::accepted;
}

Outcome refuse_before_active(Stage& stage, Memory&) {
  Evidence evidence;
  // One seat is needed; the attempts take turns with it.
  std::string occupied = "smoke-test-2";
  for (int attempt = 1; attempt <= early_attempts; ++attempt) {
    const auto stopped = stage.stop_bot(occupied);
    if (!stopped) {
      evidence.missing(stopped.error(), "202 to the stop of " + occupied);
      return std::move(evidence).outcome();
    }
    occupied = "smoke-early-" + std::to_string(attempt);
    if (configure_early(stage, occupied, evidence) != Early::too_late) {
      return std::move(evidence).outcome();
    }
  }
  return skipped("each bot was active before a configuration could be sent (" +
                 std::to_string(early_attempts) + " attempts)");
}

Outcome refuse_without_bot(Stage& stage, Memory&) {
  Evidence evidence;
  const auto target =
      "/bots/" + std::string(platform) + "/" + stage.meeting_id("never-started") + "/config";
  const auto answer = stage.send("PUT", target, R"({"language":"fr"})");
  if (!answer) {
    evidence.missing(answer.error(), "404 for a meeting that never was");
  } else {
    evidence.that(answer->status == 404 || answer->status == 409,
                  "404 for a meeting that never was",
                  describe(*answer));
  }
  return std::move(evidence).outcome();
}

Outcome refuse_bad_values(Stage& stage, Memory&) {
  Evidence evidence;
  const auto target =
      "/bots/" + std::string(platform) + "/" + stage.meeting_id("smoke-test-1") + "/config";
  for (const auto* body : {R"({"language":"xx"})", R"({"task":"sing"})"}) {
    const auto answer = stage.send("PUT", target, body);
    if (!answer) {
      evidence.missing(answer.error(), std::string("422 for ") + body);
    } else {
      evidence.that(answer->status == 422, std::string("422 for ") + body, describe(*answer));
    }
  }
  return std::move(evidence).outcome();
}

}  // namespace

Suite bot_configuration() {
  const auto memory = std::make_shared<Memory>();
  const auto with = [memory](Outcome (*check)(Stage&, Memory&)) {
    return [memory, check](Stage& stage) { return check(stage, *memory); };
  };
  return Suite{.number = 4,
               .title = "Bot Configuration",
               .checks = {{"4.1",
                           "Reconfigure Active Bot",
                           "A configuration for an active bot is accepted with a message",
                           {"3.1"},
                           with(reconfigure_active)},
                          {"4.2",
                           "Verify Redis Command Delivery",
                           "The bot acknowledges the command, and every bot keeps running",
                           {"4.1"},
                           with(command_is_delivered)},
                          {"4.3",
                           "Refuse a Configuration Before Active",
                           "A bot that is not active yet cannot be configured",
                           {"4.1"},
                           with(refuse_before_active)},
                          {"4.4",
                           "Refuse a Configuration Without a Bot",
                           "A meeting that never was cannot be configured",
                           {"2.1"},
                           with(refuse_without_bot)},
                          {"4.5",
                           "Refuse Unknown Languages and Tasks",
                           "A configuration with an unknown language or task is refused with 422",
                           {"4.1"},
                           with(refuse_bad_values)}}};
}

}  // namespace bot::suites
