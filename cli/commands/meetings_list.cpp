#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/targets.hpp"
#include "cli/views.hpp"
#include "client/ops/list_all_meetings.hpp"
#include "client/ops/list_meetings.hpp"

namespace bot::cli {
namespace {

Result<types::MeetingList> fetch(const Arguments& arguments, Context& context) {
  if (!arguments.flag("all-users") && !arguments.has("user")) {
    return context.run(client::ListMeetings{.limit = arguments.integer("limit"),
                                            .status = arguments.maybe("status"),
                                            .platform = arguments.maybe("platform")});
  }
  client::ListAllMeetings all{.status = arguments.maybe("status"),
                              .limit = arguments.integer("limit")};
  // The platform is filtered here, so the server must not cut before.
  if (arguments.has("platform")) all.limit.reset();
  if (const auto user = arguments.maybe("user")) {
    auto id = user_id_of(context, *user);
    if (!id) return id.error();
    all.user_id = *id;
  }
  return context.run(all);
}

// Older servers ignore the filters, so they are applied here once more.
void narrow(const Arguments& arguments, std::vector<types::Meeting>& meetings) {
  const auto status = arguments.maybe("status");
  const auto platform = arguments.maybe("platform");
  const auto is_other = [&](const types::Meeting& meeting) {
    return (status && meeting.status != *status) || (platform && meeting.platform != *platform);
  };
  meetings.erase(std::remove_if(meetings.begin(), meetings.end(), is_other), meetings.end());
  const auto limit = arguments.integer("limit");
  if (limit && meetings.size() > static_cast<std::size_t>(*limit)) {
    meetings.resize(static_cast<std::size_t>(*limit));
  }
}

Status run(const Arguments& arguments, Context& context) {
  auto list = fetch(arguments, context);
  if (!list) return list.error();
  narrow(arguments, list->meetings);
  context.output().list(meeting_columns(), records_of(list->meetings));
  if (list->meetings.empty()) context.note("no meetings");
  return Unit{};
}

}  // namespace

Command meetings_list() {
  return {.noun = "meetings",
          .verb = "list",
          .summary = "List meetings, newest first",
          .description =
              "Those of the API key's user; with --all-users or --user, and the admin "
              "key, those of everybody or of one user.",
          .options = {limit_option(),
                      {.name = "status",
                       .kind = Kind::text,
                       .value_name = "STATE",
                       .help = "Only those in this state"},
                      {.name = "platform",
                       .kind = Kind::text,
                       .value_name = "PLATFORM",
                       .help = "Only those on this platform",
                       .completes = Completes::platforms},
                      {.name = "all-users", .help = "Those of everybody; needs the admin key"},
                      {.name = "user",
                       .kind = Kind::text,
                       .value_name = "USER",
                       .help = "Those of this user (id or e-mail); needs the admin key",
                       .completes = Completes::users}},
          .examples = {{"botctl meetings list --status active", "what runs now"},
                       {"botctl meetings list --all-users --limit 20", "the newest of everybody"}},
          .run = run};
}

}  // namespace bot::cli
