#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/targets.hpp"
#include "cli/views.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto target = target_of(arguments);
  if (!target) return target.error();
  const auto meeting = find_meeting(context, *target);
  if (!meeting) return meeting.error();
  context.output().object(meeting_columns(), record_of(*meeting));
  return Unit{};
}

}  // namespace

Command meetings_get() {
  return {
      .noun = "meetings",
      .verb = "get",
      .summary = "Show one meeting, the newest with that id",
      .description = "With -o json also its data: name, participants, languages, notes.",
      .positionals = meeting_positionals(),
      .examples = {{"botctl meetings get google_meet abc-defg-hij", "as lines"},
                   {"botctl meetings get google_meet/abc-defg-hij -o json | jq .data", "its data"}},
      .run = run};
}

}  // namespace bot::cli
