#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/meeting_feed.hpp"
#include "cli/targets.hpp"
#include "cli/views.hpp"

namespace bot::cli {
namespace {

Result<types::Meeting> look_once(Context& context,
                                 const Target& target,
                                 const std::vector<std::string>& states) {
  auto meeting = find_meeting(context, target);
  if (!meeting) return meeting;
  if (std::find(states.begin(), states.end(), meeting->status) != states.end()) return meeting;
  return Error{.code = is_final(meeting->status) ? Errc::failed : Errc::pending,
               .message = target.text() + " is " + meeting->status};
}

Status run(const Arguments& arguments, Context& context) {
  const auto target = target_of(arguments);
  if (!target) return target.error();
  const auto& states = arguments.list("for");
  context.limit_to(Millis{300'000});
  const auto meeting = arguments.flag("now") ? look_once(context, *target, states)
                                             : wait_for_state(context, *target, states);
  if (!meeting) return meeting.error();
  context.output().object(meeting_columns(), record_of(*meeting));
  return Unit{};
}

}  // namespace

Command bots_wait() {
  return {.noun = "bots",
          .verb = "wait",
          .summary = "Wait until a bot is in a state",
          .description =
              "Follows the server's events where it has them and asks again and again where it "
              "has not. Fails at once with exit code 1 when the meeting has ended in another "
              "state, and with 7 when --timeout (5m without it) has passed.",
          .positionals = meeting_positionals(),
          .options =
              {{.name = "for",
                .kind = Kind::list,
                .value_name = "STATE[,STATE]",
                .help = "Any of these states will do",
                .default_value = "active",
                .choices = {"reserved", "starting", "active", "stopping", "completed", "failed"}},
               {.name = "now", .help = "Look once; exit code 8 while it is not there yet"}},
          .examples = {{"botctl bots wait google_meet abc-defg-hij --timeout 1m", "until active"},
                       {"botctl bots wait zoom/88123456789 --for completed,failed",
                        "until it has ended, however"}},
          .run = run};
}

}  // namespace bot::cli
