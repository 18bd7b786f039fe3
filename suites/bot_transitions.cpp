#include <map>
#include <memory>
#include <set>

#include "base/text.hpp"
#include "client/ops/get_bots_status.hpp"
#include "client/ops/get_timeline.hpp"
#include "suites/check.hpp"
#include "suites/running.hpp"
#include "suites/stage.hpp"

namespace bot::suites {

namespace {

struct Memory {
  std::set<std::int64_t> created;
  std::map<std::int64_t, std::vector<std::string>> seen;  // states by meeting, in order
  std::map<std::int64_t, ListedMeeting> last;
  bool tells_sessions = false;  // GET /bots/status names them: then there is a timeline
};

enum class Progress { wait, done, broken };

// One look at the list: everything in it must already be right, only the states may lack.
Progress look(Stage& stage, Memory& memory, Evidence& evidence) {
  const auto all = stage.meetings();
  if (!all) {
    evidence.missing(all.error(), "the list of meetings");
    return Progress::broken;
  }
  std::set<std::int64_t> listed;
  std::size_t active = 0;
  for (const auto& row : *all) {
    listed.insert(row.id);
    auto& states = memory.seen[row.id];
    const auto state = row.state();
    if (!state) {
      evidence.that(false, "one of the known states", "status '" + row.status + "'");
      return Progress::broken;
    }
    if (states.empty() || states.back() != row.status) {
      const auto before = states.empty() ? State::reserved : *parse_state(states.back());
      states.push_back(row.status);
      if (!may_follow(before, *state) || *state > State::active) {
        evidence.that(false, "reserved > starting > active", join(states, " > "));
        return Progress::broken;
      }
    }
    if (*state == State::active) ++active;
    memory.last[row.id] = row;
  }
  if (listed != memory.created) {
    evidence.that(false,
                  "GET /meetings lists exactly meetings " + text_of(memory.created),
                  "meetings " + text_of(listed));
    return Progress::broken;
  }
  return active == memory.created.size() ? Progress::done : Progress::wait;
}

Outcome watch_transitions(Stage& stage, Memory& memory) {
  Evidence evidence;
  for (const auto* label : {"smoke-test-1", "smoke-test-2"}) {
    const auto started = stage.start_bot({.label = label, .bot_name = "Smoke Test Bot"});
    if (!started) {
      evidence.missing(started.error(), std::string("a bot for ") + label);
      return std::move(evidence).outcome();
    }
    memory.created.insert(started->id);
  }
  auto waiting = stage.patience(bot_patience);
  auto progress = look(stage, memory, evidence);
  while (progress == Progress::wait && waiting.again())
    progress = look(stage, memory, evidence);
  if (progress == Progress::broken) return std::move(evidence).outcome();
  std::string paths;
  for (const auto& [id, states] : memory.seen) {
    paths += (paths.empty() ? "meeting " : ", meeting ") + std::to_string(id) + " went " +
             join(states, " > ");
  }
  evidence.that(progress == Progress::done,
                "both bots become active within " +
                    format_duration(stage.run().scaled(bot_patience)) +
                    " (longer: --timeout-scale), in legal order",
                paths);
  return std::move(evidence).outcome();
}

// A server that tells sessions tells them everywhere; an older one only shows the container.
void examine_session(Stage& stage,
                     const types::RunningBot& bot,
                     const ListedMeeting& row,
                     Evidence& evidence) {
  const auto name = "meeting " + std::to_string(row.id);
  evidence.that(!row.container_id.empty(),
                name + " has a container id",
                name + ": container '" + row.container_id + "'");
  const auto container = bot.container_id.value_or("");
  evidence.that(container == row.container_id || bot.container_name == row.container_id,
                "the same container in GET /bots/status",
                "container '" + container + "'");
  if (!bot.session_uid) return;
  const auto timeline = stage.user().run(client::GetTimeline{.meeting_id = row.id});
  if (!timeline) {
    evidence.missing(timeline.error(), "the timeline of " + name);
    return;
  }
  bool found = false;
  for (const auto& session : timeline->sessions) {
    found = found || session.session_uid == *bot.session_uid;
  }
  evidence.that(found,
                "session " + *bot.session_uid + " in the timeline",
                std::to_string(timeline->sessions.size()) + " sessions");
}

Outcome verify_sessions(Stage& stage, Memory& memory) {
  Evidence evidence;
  const auto status = stage.user().run(client::GetBotsStatus{});
  if (!status) {
    evidence.missing(status.error(), "200 with running_bots");
    return std::move(evidence).outcome();
  }
  for (const auto& [id, row] : memory.last) {
    const types::RunningBot* mine = nullptr;
    for (const auto& bot : status->running_bots) {
      if (meeting_of(bot) == id) mine = &bot;
    }
    const auto name = "a running bot of meeting " + std::to_string(id);
    if (!evidence.that(mine != nullptr, name, mine != nullptr ? "it runs" : "none")) continue;
    memory.tells_sessions = memory.tells_sessions || mine->session_uid.has_value();
    examine_session(stage, *mine, row, evidence);
  }
  return std::move(evidence).outcome();
}

void examine_timeline(const types::Timeline& timeline, Evidence& evidence) {
  std::vector<std::string> path;
  bool legal = !timeline.transitions.empty();
  std::optional<State> before;
  for (const auto& step : timeline.transitions) {
    const auto state = parse_state(step.to);
    legal = legal && state && (!before ? *state == State::reserved : may_follow(*before, *state));
    legal = legal && (!before || !step.from || parse_state(*step.from) == before);
    before = state;
    path.push_back(step.to);
  }
  evidence.that(legal && before == State::active,
                "meeting " + std::to_string(timeline.meeting_id) +
                    " went from reserved to active, each step from where the last one led",
                join(path, " > "));
}

Outcome verify_timeline(Stage& stage, Memory& memory) {
  Evidence evidence;
  for (const auto id : memory.created) {
    const auto timeline = stage.user().run(client::GetTimeline{.meeting_id = id});
    if (timeline) {
      examine_timeline(*timeline, evidence);
    } else if (timeline.error().code == Errc::not_found && !memory.tells_sessions) {
      return skipped("this server has no GET /meetings/{id}/timeline");
    } else {
      evidence.missing(timeline.error(), "the timeline of meeting " + std::to_string(id));
    }
  }
  return std::move(evidence).outcome();
}

Outcome verify_agreement(Stage& stage, Memory& memory) {
  Evidence evidence;
  const auto status = stage.user().run(client::GetBotsStatus{});
  if (!status) {
    evidence.missing(status.error(), "200 with running_bots");
    return std::move(evidence).outcome();
  }
  std::size_t told = 0;
  for (const auto& bot : status->running_bots) {
    if (!bot.meeting_status) continue;
    ++told;
    const auto& listed = memory.last[meeting_of(bot)].status;
    evidence.that(*bot.meeting_status == listed,
                  "'" + listed + "' as in GET /meetings",
                  "meeting_status '" + *bot.meeting_status + "'");
  }
  if (told == 0) return skipped("this server's GET /bots/status does not tell meeting_status");
  return std::move(evidence).outcome();
}

}  // namespace

Suite bot_transitions() {
  const auto memory = std::make_shared<Memory>();
  const auto with = [memory](Outcome (*check)(Stage&, Memory&)) {
    return [memory, check](Stage& stage) { return check(stage, *memory); };
  };
  return Suite{
      .number = 3,
      .title = "Bot State Transitions",
      .checks = {{"3.1",
                  "Monitor Bot State Changes",
                  "Bots become active by their own callbacks, through known states in legal order, "
                  "and the list shows exactly the meetings created",
                  {"2.1", "2.2"},
                  with(watch_transitions)},
                 {"3.2",
                  "Verify MeetingSession Creation",
                  "Each meeting has its container and a session of the bot that runs in it",
                  {"3.1"},
                  with(verify_sessions)},
                 {"3.3",
                  "Verify the Recorded Transitions",
                  "The timeline records each transition, from reserved to active without a gap",
                  {"3.1"},
                  with(verify_timeline)},
                 {"3.4",
                  "Verify the Single Source of Truth",
                  "GET /bots/status and GET /meetings tell the same state",
                  {"3.1"},
                  with(verify_agreement)}}};
}

}  // namespace bot::suites
