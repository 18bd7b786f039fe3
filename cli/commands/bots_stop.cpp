#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/meeting_feed.hpp"
#include "cli/targets.hpp"
#include "client/ops/stop_bot.hpp"

namespace bot::cli {
namespace {

enum class Ending { asked_for, waited_for };

Result<Record> stop(Context& context, const Target& target, Ending ending) {
  const auto accepted = context.run(
      client::StopBot{.platform = target.platform, .native_meeting_id = target.native_meeting_id});
  if (!accepted) return accepted.error();
  std::string state = accepted->status.value_or("stopping");
  if (ending == Ending::waited_for) {
    const auto meeting = wait_for_state(context, target, {"completed", "failed"});
    if (!meeting) return meeting.error();
    state = meeting->status;
  }
  Record record{.cells = {{target.platform}, {target.native_meeting_id}, {state}},
                .json = *accepted,
                .id = target.text()};
  record.json["platform"] = target.platform;
  record.json["native_meeting_id"] = target.native_meeting_id;
  record.json["status"] = state;
  return record;
}

// Goes on after a failure, tells each on standard error, and ends with how many there were.
Status stop_all(Context& context, const std::vector<Target>& targets, Ending ending) {
  std::size_t failures = 0;
  std::vector<Record> records;
  for (const auto& target : targets) {
    auto record = stop(context, target, ending);
    if (record) {
      record->json["ok"] = true;
      records.push_back(std::move(record).value());
      continue;
    }
    if (record.error().code == Errc::cancelled || record.error().code == Errc::timeout) {
      return record.error();
    }
    ++failures;
    context.warn(target.text() + ": " + record.error().message);
    const types::Json failed = {{"platform", target.platform},
                                {"native_meeting_id", target.native_meeting_id},
                                {"ok", false},
                                {"error", record.error().message}};
    records.push_back({.cells = {{target.platform}, {target.native_meeting_id}, {"error"}},
                       .json = failed,
                       .id = target.text()});
  }
  context.output().list({{"PLATFORM", Shrinks::no}, {"MEETING", Shrinks::no}, {"STATUS"}}, records);
  if (failures == 0) return Unit{};
  return Error{.code = failures == targets.size() ? Errc::failed : Errc::partial,
               .message = std::to_string(failures) + " of " + std::to_string(targets.size()) +
                          " bots could not be stopped"};
}

Status run(const Arguments& arguments, Context& context) {
  const auto targets = targets_of(arguments.list("meeting"), context.in());
  if (!targets) return targets.error();
  const auto ending = arguments.flag("wait") ? Ending::waited_for : Ending::asked_for;
  if (arguments.flag("wait")) context.limit_to(Millis{300'000});
  const bool from_stdin = arguments.text("meeting") == "-";
  if (targets->size() != 1 || from_stdin) return stop_all(context, *targets, ending);
  const auto record = stop(context, targets->front(), ending);
  if (!record) return record.error();
  context.output().done(targets->front().text() + " is " + record->cells.back().text, *record);
  return Unit{};
}

}  // namespace

Command bots_stop() {
  return {.noun = "bots",
          .verb = "stop",
          .summary = "Call bots back from their meetings",
          .description =
              "Returns when the server has accepted it; with --wait when the bot has left. Takes "
              "PLATFORM ID, any number of PLATFORM/ID, or - to read them from standard input. Of "
              "several, each is tried; exit code 10 says that some failed.",
          .positionals = {{.name = "meeting",
                           .help = "PLATFORM ID, PLATFORM/ID, or - for standard input",
                           .arity = Arity::many,
                           .completes = Completes::platforms}},
          .options = {{.name = "wait", .help = "Wait until it has ended, at most --timeout or 5m"}},
          .examples = {{"botctl bots stop google_meet abc-defg-hij --wait", "and wait for its end"},
                       {"botctl bots list -o id | botctl bots stop -", "all of them"}},
          .run = run};
}

}  // namespace bot::cli
