#include "suites/acknowledgement.hpp"

#include "client/ops/get_bot_command.hpp"

namespace bot::suites {

Result<types::BotCommand> await_acknowledgement(Stage& stage,
                                                const std::string& label,
                                                std::int64_t command_id) {
  const client::GetBotCommand look{
      .platform = platform, .native_meeting_id = stage.meeting_id(label), .command_id = command_id};
  const auto name = "command " + std::to_string(command_id);
  auto waiting = stage.patience(bot_patience);
  for (;;) {
    auto command = stage.user().run(look);
    if (!command) return std::move(command).error();
    if (command->id != command_id) {
      return Error{.code = Errc::protocol,
                   .message = "asked for " + name + ", was told of " + std::to_string(command->id)};
    }
    if (command->status == "acknowledged") return command;
    if (!waiting.again()) {
      return Error{.code = Errc::timeout,
                   .message = name + " was only '" + command->status + "' after " +
                              format_duration(waiting.spent())};
    }
  }
}

}  // namespace bot::suites
