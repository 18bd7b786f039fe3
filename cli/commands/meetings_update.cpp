#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/targets.hpp"
#include "cli/views.hpp"
#include "client/ops/update_meeting.hpp"

namespace bot::cli {
namespace {

std::optional<std::vector<std::string>> maybe_list(const Arguments& arguments,
                                                   std::string_view name) {
  if (!arguments.has(name)) return std::nullopt;
  return arguments.list(name);
}

Status run(const Arguments& arguments, Context& context) {
  const auto target = target_of(arguments);
  if (!target) return target.error();
  const client::UpdateMeeting update{.platform = target->platform,
                                     .native_meeting_id = target->native_meeting_id,
                                     .name = arguments.maybe("name"),
                                     .participants = maybe_list(arguments, "participants"),
                                     .languages = maybe_list(arguments, "languages"),
                                     .notes = arguments.maybe("notes")};
  if (!update.name && !update.participants && !update.languages && !update.notes) {
    return Error{.code = Errc::invalid_argument,
                 .message = "nothing to change",
                 .hint = "give --name, --participants, --languages or --notes"};
  }
  const auto meeting = context.run(update);
  if (!meeting) return meeting.error();
  context.output().object(meeting_columns(), record_of(*meeting));
  return Unit{};
}

}  // namespace

Command meetings_update() {
  return {
      .noun = "meetings",
      .verb = "update",
      .summary = "Change a meeting's name, participants, languages or notes",
      .description = "Only what is given changes.",
      .positionals = meeting_positionals(),
      .options = {name_option(),
                  {.name = "participants",
                   .kind = Kind::list,
                   .value_name = "NAME[,NAME]",
                   .help = "Who took part"},
                  {.name = "languages",
                   .kind = Kind::list,
                   .value_name = "CODE[,CODE]",
                   .help = "What was spoken"},
                  {.name = "notes", .kind = Kind::text, .value_name = "TEXT", .help = "Free text"}},
      .examples = {{"botctl meetings update google_meet abc-defg-hij --name 'Weekly sync'",
                    "name it"},
                   {"botctl meetings update google_meet/abc-defg-hij --participants Ada,Grace",
                    "say who took part"}},
      .run = run};
}

}  // namespace bot::cli
