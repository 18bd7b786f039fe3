#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/key_source.hpp"
#include "cli/meeting_feed.hpp"
#include "cli/targets.hpp"
#include "cli/views.hpp"
#include "client/start_bot_safely.hpp"

namespace bot::cli {
namespace {

Result<client::StartBot> request_of(const Arguments& arguments, const Target& target) {
  client::StartBot request{.platform = target.platform,
                           .native_meeting_id = target.native_meeting_id,
                           .bot_name = arguments.maybe("bot-name"),
                           .language = arguments.maybe("language"),
                           .task = arguments.maybe("task")};
  if (const auto file = arguments.maybe("passcode-file")) {
    auto passcode = read_private_file(*file, "--passcode-file");
    if (!passcode) return passcode.error();
    request.passcode = std::string(trim(*passcode));
  }
  return request;
}

Status run(const Arguments& arguments, Context& context) {
  const auto target = target_of(arguments);
  if (!target) return target.error();
  const auto request = request_of(arguments, *target);
  if (!request) return request.error();
  if (arguments.has("wait")) context.limit_to(Millis{300'000});
  const auto client = context.connect(client::Access::user);
  if (!client) return client.error();
  if (auto status = context.check(); !status) return status;
  auto meeting =
      client::start_bot_safely(**client, *request, context.remaining().value_or(Millis{0}));
  if (!meeting) return meeting.error();
  if (arguments.has("wait")) {
    context.note("bot " + target->text() + " is " + meeting->status);
    meeting = wait_for_state(context, *target, {arguments.text("wait")});
    if (!meeting) return meeting.error();
  }
  context.output().object(meeting_columns(), record_of(*meeting));
  return Unit{};
}

}  // namespace

Command bots_start() {
  return {.noun = "bots",
          .verb = "start",
          .summary = "Send a bot into a meeting",
          .description =
              "When the answer is lost on the way, it is looked up before anything is repeated: "
              "one command never starts two bots.",
          .positionals = meeting_positionals(),
          .options = {{.name = "bot-name",
                       .kind = Kind::text,
                       .value_name = "TEXT",
                       .help = "Name that the other participants see"},
                      language_option(),
                      task_option(),
                      {.name = "passcode-file",
                       .kind = Kind::path,
                       .value_name = "FILE",
                       .help = "File that holds the meeting's passcode, readable by its owner only",
                       .completes = Completes::files},
                      {.name = "wait",
                       .kind = Kind::optional_text,
                       .value_name = "STATE",
                       .help = "Wait until the bot is in that state, at most --timeout or 5m",
                       .default_value = "active",
                       .choices = {"starting", "active", "stopping", "completed", "failed"}}},
          .examples = {{"botctl bots start google_meet abc-defg-hij", "and return at once"},
                       {"botctl bots start zoom 88123456789 --wait --timeout 2m",
                        "and wait until it is in the meeting"}},
          .run = run};
}

}  // namespace bot::cli
