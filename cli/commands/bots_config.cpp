#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/targets.hpp"
#include "client/ops/configure_bot.hpp"
#include "client/ops/get_bot_command.hpp"

namespace bot::cli {
namespace {

constexpr Millis between_looks{200};

Status wait_for_acknowledgement(Context& context, const Target& target, std::int64_t command_id) {
  while (true) {
    const auto command =
        context.run(client::GetBotCommand{.platform = target.platform,
                                          .native_meeting_id = target.native_meeting_id,
                                          .command_id = command_id});
    if (!command) return command.error();
    if (command->status == "acknowledged") return Unit{};
    if (auto status = context.pause(between_looks); !status) {
      Error error = status.error();
      if (error.code == Errc::timeout) {
        error.message = "the bot has not acknowledged the command, it is " + command->status;
      }
      return error;
    }
  }
}

Status run(const Arguments& arguments, Context& context) {
  const auto target = target_of(arguments);
  if (!target) return target.error();
  const client::ConfigureBot request{.platform = target->platform,
                                     .native_meeting_id = target->native_meeting_id,
                                     .language = arguments.maybe("language"),
                                     .task = arguments.maybe("task")};
  if (!request.language && !request.task) {
    return Error{.code = Errc::invalid_argument,
                 .message = "nothing to change",
                 .hint = "give --language or --task"};
  }
  if (arguments.flag("wait")) context.limit_to(Millis{60'000});
  const auto accepted = context.run(request);
  if (!accepted) return accepted.error();
  if (arguments.flag("wait")) {
    if (!accepted->command_id) {
      return Error{.code = Errc::inconclusive,
                   .message = "accepted, but this server does not tell what became of commands"};
    }
    auto status = wait_for_acknowledgement(context, *target, *accepted->command_id);
    if (!status) return status;
  }
  const auto id = accepted->command_id ? std::to_string(*accepted->command_id) : std::string();
  context.output().done(
      accepted->message,
      {.cells = {{target->platform}, {target->native_meeting_id}, {"accepted"}, {id}},
       .json = *accepted,
       .id = id});
  return Unit{};
}

}  // namespace

Command bots_config() {
  return {.noun = "bots",
          .verb = "config",
          .summary = "Change an active bot's language or task",
          .description =
              "The server accepts the change and passes it to the bot; with --wait the "
              "command returns when the bot has acknowledged it.",
          .positionals = meeting_positionals(),
          .options = {language_option(),
                      task_option(),
                      {.name = "wait",
                       .help = "Wait until the bot has acknowledged, at most --timeout or 1m"}},
          .examples = {{"botctl bots config google_meet abc-defg-hij --language fr",
                        "French from now on"},
                       {"botctl bots config google_meet/abc-defg-hij --task translate --wait",
                        "and know that it is so"}},
          .run = run};
}

}  // namespace bot::cli
