#include <algorithm>
#include <array>
#include <memory>

#include "base/text.hpp"
#include "base/time_format.hpp"
#include "client/ops/get_transcript.hpp"
#include "suites/acknowledgement.hpp"
#include "suites/answers.hpp"
#include "suites/behind_checks.hpp"
#include "suites/check.hpp"
#include "suites/stage.hpp"

namespace bot::suites {

namespace {

constexpr const char* label = "smoke-test-1";
// Each differs from the one before and from the first, which the bot starts with: so the order in
// which they were applied shows.
constexpr const char* first_language = "de";
constexpr std::array<const char*, 3> languages{"en", "es", "fr"};

struct Memory {
  std::vector<types::BotCommand> commands;
  bool receipts = true;  // the server gives command ids
};

// The languages of the transcript in the order they were first spoken.
std::vector<std::string> spoken(const types::Transcript& transcript) {
  std::vector<std::string> order;
  for (const auto& segment : transcript.segments) {
    const auto language = segment.language.value_or("");
    if (order.empty() || order.back() != language) order.push_back(language);
  }
  return order;
}

// Waits until the bot speaks that language, as the last one it spoke.
Result<std::vector<std::string>> await_speech(Stage& stage, const std::string& language) {
  auto waiting = stage.patience(bot_patience);
  for (;;) {
    const auto transcript = stage.user().run(
        client::GetTranscript{.platform = platform, .native_meeting_id = stage.meeting_id(label)});
    if (!transcript) return transcript.error();
    auto order = spoken(*transcript);
    if (!order.empty() && order.back() == language) return order;
    if (!waiting.again()) {
      return Error{.code = Errc::timeout,
                   .message = "the transcript's languages were " +
                              (order.empty() ? "none" : join(order, " > ")) + " after " +
                              format_duration(waiting.spent())};
    }
  }
}

// What the bot says of the command: that it applied it, and this language is in force since.
bool examine_receipt(Stage& stage,
                     Memory& memory,
                     std::int64_t command_id,
                     const std::string& language,
                     Evidence& evidence) {
  const auto expected = "the bot acknowledges " + language;
  const auto command = await_acknowledgement(stage, label, command_id);
  if (!command) {
    evidence.missing(command.error(), expected);
    return false;
  }
  memory.commands.push_back(*command);
  const auto applied = text_in(command->result, "language");
  return evidence.that(applied == language, expected, "in force: '" + applied + "'");
}

enum class Delivery { proven, unproven, failed };

Delivery deliver(Stage& stage, Memory& memory, const std::string& language, Evidence& evidence) {
  const auto accepted = stage.configure(label, language, std::nullopt);
  if (!accepted) {
    evidence.missing(accepted.error(), "202 for " + language);
    return Delivery::failed;
  }
  if (accepted->command_id) {
    if (!examine_receipt(stage, memory, *accepted->command_id, language, evidence)) {
      return Delivery::failed;
    }
  } else {
    memory.receipts = false;
  }
  const auto heard = await_speech(stage, language);
  if (!heard) {
    // Without receipts silence proves nothing: nobody may be speaking in that meeting.
    if (!memory.receipts) return Delivery::unproven;
    evidence.missing(heard.error(), "speech in " + language);
    return Delivery::failed;
  }
  evidence.that(true, "speech in " + language, "heard " + join(*heard, " > "));
  return Delivery::proven;
}

void examine_order(const Memory& memory, Evidence& evidence) {
  bool ascending = true;
  std::string times;
  for (std::size_t i = 0; i < memory.commands.size(); ++i) {
    const auto& command = memory.commands[i];
    const auto at = command.acknowledged_at.value_or("");
    times += (i == 0 ? "" : ", ") + std::to_string(command.id) + " at " + at;
    ascending = ascending && parse_time(at).has_value();
    if (i == 0) continue;
    const auto& before = memory.commands[i - 1];
    ascending = ascending && before.id < command.id &&
                parse_time(before.acknowledged_at.value_or("")) <= parse_time(at);
  }
  evidence.that(ascending, "acknowledged in the order they were sent", times);
}

Outcome verify_delivery(Stage& stage, Memory& memory) {
  Evidence evidence;
  const auto started =
      stage.start_bot({.label = label, .language = first_language, .task = "translate"});
  if (!started) {
    evidence.missing(started.error(), "a bot");
    return std::move(evidence).outcome();
  }
  if (const auto active = stage.await_state(label, State::active); !active) {
    evidence.missing(active.error(), "the bot becomes active");
    return std::move(evidence).outcome();
  }
  for (const auto* language : languages) {
    const auto delivery = deliver(stage, memory, language, evidence);
    if (delivery == Delivery::unproven) {
      return std::move(evidence).skipped_because(
          "this server gives no receipt for a command, and the transcript is silent");
    }
    if (delivery == Delivery::failed) return std::move(evidence).outcome();
  }
  if (memory.receipts) examine_order(memory, evidence);
  return std::move(evidence).outcome();
}

Outcome keeps_the_rest(Stage&, Memory& memory) {
  if (memory.commands.empty()) return skipped("this server gives no receipt for a command");
  Evidence evidence;
  const auto task = text_in(memory.commands.back().result, "task");
  evidence.that(
      task == "translate", "task translate, as the bot was started with", "task '" + task + "'");
  return std::move(evidence).outcome();
}

Outcome verify_publication(Stage& stage, Memory&) {
  return commands_were_published(stage, label, {languages.begin(), languages.end()});
}

}  // namespace

Suite bot_commands() {
  const auto memory = std::make_shared<Memory>();
  const auto with = [memory](Outcome (*check)(Stage&, Memory&)) {
    return [memory, check](Stage& stage) { return check(stage, *memory); };
  };
  return Suite{
      .number = 9,
      .title = "Redis Commands",
      .checks =
          {{"9.1",
            "Verify Redis Command Delivery",
            "Three configurations reach the bot and are applied in their order: by the bot's "
            "own word and by the language it speaks next",
            {"3.1"},
            with(verify_delivery)},
           {"9.2",
            "A Command Changes What It Names",
            "A configuration of the language leaves the task as it was",
            {"9.1"},
            with(keeps_the_rest)},
           {"9.3",
            "Redis Carries the Commands",
            "Each configuration is published on the channel of the bot's session, in order, "
            "with what was given and nothing else",
            {"9.1"},
            with(verify_publication)},
           {"9.4",
            "Redis Holds No State",
            "Nothing that was not there before is left in Redis but streams of transcripts and "
            "the picture of the jobs",
            {"9.1"},
            redis_holds_no_state}},
      .max_bots = 1};
}

}  // namespace bot::suites
