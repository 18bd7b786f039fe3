#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/targets.hpp"
#include "cli/views.hpp"
#include "client/ops/get_timeline.hpp"

namespace bot::cli {
namespace {

// A number alone is the service's own id of the meeting.
Result<std::int64_t> meeting_number(const Arguments& arguments, Context& context) {
  if (!arguments.has("id")) {
    if (const auto number = parse_int(arguments.text("platform"))) return *number;
  }
  const auto target = target_of(arguments);
  if (!target) return target.error();
  const auto meeting = find_meeting(context, *target);
  if (!meeting) return meeting.error();
  return meeting->id;
}

Status run(const Arguments& arguments, Context& context) {
  const auto number = meeting_number(arguments, context);
  if (!number) return number.error();
  const auto timeline = context.run(client::GetTimeline{.meeting_id = *number});
  if (!timeline) return timeline.error();
  if (context.output().format() == Format::json) {
    context.output().object({}, {.cells = {}, .json = *timeline, .id = {}});
  } else {
    context.output().list(transition_columns(), records_of(timeline->transitions));
  }
  return Unit{};
}

}  // namespace

Command meetings_timeline() {
  auto positionals = meeting_positionals();
  positionals.front().help =
      "google_meet, zoom or teams; PLATFORM/ID in one word; or the number "
      "that `meetings list` shows";
  return {
      .noun = "meetings",
      .verb = "timeline",
      .summary = "Show what happened in a meeting: each change of state, by whom and why",
      .description = "With -o json also the sessions of its bot processes.",
      .positionals = positionals,
      .examples = {{"botctl meetings timeline google_meet abc-defg-hij", "the newest with that id"},
                   {"botctl meetings timeline 17", "by its number"}},
      .run = run};
}

}  // namespace bot::cli
