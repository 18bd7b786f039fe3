#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/targets.hpp"
#include "client/ops/delete_meeting.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto target = target_of(arguments);
  if (!target) return target.error();
  auto sure = context.confirm("Delete the transcript and personal data of " + target->text() + "?",
                              arguments);
  if (!sure) return sure;
  const auto answer = context.run(client::DeleteMeeting{
      .platform = target->platform, .native_meeting_id = target->native_meeting_id});
  if (!answer) return answer.error();
  context.output().done(
      "deleted " + target->text(),
      {.cells = {{target->platform}, {target->native_meeting_id}, {"deleted"}},
       .json = {{"id", target->text()}, {"deleted", true}, {"message", answer->message}},
       .id = target->text()});
  return Unit{};
}

}  // namespace

Command meetings_delete() {
  return {.noun = "meetings",
          .verb = "delete",
          .summary = "Delete a meeting's transcript and personal data",
          .description =
              "Of a meeting that has ended. Asks on a terminal; anywhere else --yes is "
              "needed.",
          .positionals = meeting_positionals(),
          .options = {yes_option()},
          .examples = {{"botctl meetings delete google_meet abc-defg-hij", "asks first"},
                       {"botctl meetings delete google_meet/abc-defg-hij --yes", "for scripts"}},
          .run = run};
}

}  // namespace bot::cli
