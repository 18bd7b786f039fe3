#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/targets.hpp"
#include "cli/views.hpp"
#include "client/ops/list_bots.hpp"
#include "client/ops/list_meetings.hpp"

namespace bot::cli {
namespace {

bool is_unknown_endpoint(const Error& error) {
  return error.code == Errc::not_found || error.code == Errc::method_not_allowed;
}

// GET /bots, or where a server does not have it the meetings that have not ended.
Result<types::MeetingList> live_bots(Context& context) {
  auto list = context.run(client::ListBots{});
  if (list || !is_unknown_endpoint(list.error())) return list;
  list = context.run(client::ListMeetings{});
  if (!list) return list;
  auto& meetings = list->meetings;
  meetings.erase(std::remove_if(meetings.begin(),
                                meetings.end(),
                                [](const auto& meeting) { return is_final(meeting.status); }),
                 meetings.end());
  return list;
}

Status run(const Arguments& arguments, Context& context) {
  auto list = live_bots(context);
  if (!list) return list.error();
  auto& meetings = list->meetings;
  const auto limit = arguments.integer("limit");
  if (limit && meetings.size() > static_cast<std::size_t>(*limit)) {
    meetings.resize(static_cast<std::size_t>(*limit));
  }
  context.output().list(meeting_columns(), records_of(meetings));
  if (meetings.empty()) context.note("no bots");
  return Unit{};
}

}  // namespace

Command bots_list() {
  return {.noun = "bots",
          .verb = "list",
          .summary = "List the bots that have not ended",
          .description = "Columns: id, platform, meeting, state, times of creation, start and end.",
          .options = {limit_option()},
          .examples = {{"botctl bots list", "as a table"},
                       {"botctl bots list -o id | botctl bots stop -", "call them all back"}},
          .run = run};
}

}  // namespace bot::cli
