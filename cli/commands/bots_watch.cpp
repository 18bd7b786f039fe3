#include <map>

#include "base/time_format.hpp"
#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/meeting_feed.hpp"
#include "cli/targets.hpp"
#include "cli/views.hpp"
#include "client/ops/list_meetings.hpp"

namespace bot::cli {
namespace {

constexpr Millis between_looks{1'000};

struct Change {
  std::string meeting;
  std::optional<std::string> from;  // nullopt: first seen
  std::string to;
};

Record record_of_change(const Change& change, const std::string& at) {
  const auto slash = change.meeting.find('/');
  const types::Json json = {{"type", "meeting.status"},
                            {"at", at},
                            {"platform", change.meeting.substr(0, slash)},
                            {"native_meeting_id", change.meeting.substr(slash + 1)},
                            {"from", types::nullable(change.from)},
                            {"to", change.to}};
  return {.cells = {{at},
                    {change.meeting},
                    {change.from.value_or("")},
                    {change.to, style_of_state(change.to)}},
          .json = json,
          .id = change.meeting};
}

void show(Context& context, const Change& change) {
  context.output().event(record_of_change(change, format_time(context.clock().now_ms())));
}

// Until the meeting has ended or nobody reads any more.
Status watch_one(Context& context, const Target& target) {
  MeetingFeed feed(context, target);
  std::optional<std::string> known;
  std::optional<std::string> told;
  while (context.output().writable()) {
    if (!told) {
      auto meeting = find_meeting(context, target);
      if (!meeting) return meeting.error();
      told = meeting->status;
    }
    if (told != known) show(context, {target.text(), known, *told});
    known = told;
    if (is_final(*known)) return Unit{};
    auto news = feed.next();
    if (!news) return news.error();
    told = *news ? status_in(**news) : std::nullopt;
  }
  return Unit{};
}

// Every meeting of the key, asked for again and again. What has ended before is not shown.
Status watch_all(Context& context) {
  std::map<std::int64_t, std::string> known;
  bool first = true;
  while (context.output().writable()) {
    const auto list = context.run(client::ListMeetings{});
    if (!list) return list.error();
    for (const auto& meeting : list->meetings) {
      const auto found = known.find(meeting.id);
      const bool is_new = found == known.end();
      if (!is_new && found->second == meeting.status) continue;
      const bool old_news = first && is_final(meeting.status);
      const auto from = is_new ? std::nullopt : std::optional(found->second);
      if (!old_news) show(context, {meeting_id_of(meeting), from, meeting.status});
      known[meeting.id] = meeting.status;
    }
    first = false;
    if (auto status = context.pause(between_looks); !status) return status;
  }
  return Unit{};
}

Status run(const Arguments& arguments, Context& context) {
  if (!arguments.has("platform")) return watch_all(context);
  const auto target = target_of(arguments);
  if (!target) return target.error();
  return watch_one(context, *target);
}

}  // namespace

Command bots_watch() {
  auto positionals = meeting_positionals();
  positionals.front().arity = Arity::optional;
  return {
      .noun = "bots",
      .verb = "watch",
      .summary = "Show each change of state as it happens",
      .description =
          "One line per change: time, meeting, state before, state now; with -o json one "
          "object per line. With a meeting it ends when that has ended; without one it shows "
          "all meetings of the key until it is interrupted.",
      .positionals = positionals,
      .examples = {{"botctl bots watch", "all bots"},
                   {"botctl bots watch google_meet abc-defg-hij -o json", "one, for a program"}},
      .run = run};
}

}  // namespace bot::cli
