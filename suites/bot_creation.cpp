#include <memory>
#include <set>

#include "client/ops/get_bots_status.hpp"
#include "client/ops/update_user.hpp"
#include "suites/answers.hpp"
#include "suites/check.hpp"
#include "suites/running.hpp"
#include "suites/stage.hpp"

namespace bot::suites {

namespace {

using types::Json;

struct Memory {
  std::int64_t first = 0;  // meeting ids
  std::int64_t second = 0;
  client::HttpResponse refusal;
};

std::int64_t id_in(const Json& body) {
  if (!body.is_object()) return 0;
  const auto id = body.find("id");
  return id != body.end() && id->is_number_integer() ? id->get<std::int64_t>() : 0;
}

// What an accepted POST /bots must show; returns the meeting's id.
std::int64_t examine_new_bot(Stage& stage,
                             const std::string& label,
                             const client::HttpResponse& answer,
                             Evidence& evidence) {
  if (!evidence.that(is_success(answer), "201", describe(answer))) return 0;
  const auto body = json_of(answer);
  const auto status = text_in(body, "status");
  evidence.that(
      parse_state(status) == State::reserved, "status reserved", "status '" + status + "'");
  evidence.that(text_in(body, "platform") == platform,
                "platform google_meet",
                "platform '" + text_in(body, "platform") + "'");
  const auto native_id = text_in(body, "native_meeting_id");
  evidence.that(native_id == stage.meeting_id(label),
                "native_meeting_id " + stage.meeting_id(label),
                "native_meeting_id '" + native_id + "'");
  evidence.that(!text_in(body, "bot_container_id").empty(),
                "a bot_container_id",
                "bot_container_id '" + text_in(body, "bot_container_id") + "'");
  const auto id = id_in(body);
  evidence.that(id > 0, "a meeting id", "id " + std::to_string(id));
  return id;
}

Outcome create(Stage& stage, const BotRequest& request, std::int64_t& id) {
  Evidence evidence;
  const auto answer = stage.request_bot(request);
  if (!answer) {
    evidence.missing(answer.error(), "201 with the meeting");
  } else {
    id = examine_new_bot(stage, request.label, *answer, evidence);
  }
  return std::move(evidence).outcome();
}

Outcome create_first(Stage& stage, Memory& memory) {
  return create(stage,
                {.label = "smoke-test-1",
                 .bot_name = "Smoke Test Bot 1",
                 .language = "en",
                 .task = "transcribe"},
                memory.first);
}

Outcome create_second(Stage& stage, Memory& memory) {
  return create(stage,
                {.label = "smoke-test-2",
                 .bot_name = "Smoke Test Bot 2",
                 .language = "es",
                 .task = "translate"},
                memory.second);
}

Outcome create_third(Stage& stage, Memory& memory) {
  Evidence evidence;
  const auto expected = limit_refusal_text(stage.dialect());
  const auto answer = stage.request_bot({.label = "smoke-test-3", .bot_name = "Smoke Test Bot 3"});
  if (!answer) {
    evidence.missing(answer.error(), expected);
    return std::move(evidence).outcome();
  }
  memory.refusal = *answer;
  evidence.that(is_limit_refusal(*answer, stage.dialect()), expected, describe(*answer));
  return std::move(evidence).outcome();
}

Outcome count_running(Stage& stage, Memory& memory) {
  Evidence evidence;
  const auto status = stage.user().run(client::GetBotsStatus{});
  if (!status) {
    evidence.missing(status.error(), "200 with running_bots");
    return std::move(evidence).outcome();
  }
  const auto& running = status->running_bots;
  evidence.that(
      running.size() == 2, "2 running bots", std::to_string(running.size()) + " running bots");
  std::set<std::int64_t> ids;
  for (const auto& bot : running)
    ids.insert(meeting_of(bot));
  evidence.that(
      ids == std::set{memory.first, memory.second},
      "of meetings " + std::to_string(memory.first) + " and " + std::to_string(memory.second),
      "meetings " + text_of(ids));
  return std::move(evidence).outcome();
}

Outcome says_when_to_return(Stage&, Memory& memory) {
  Evidence evidence;
  if (memory.refusal.status != 429) {
    return skipped("this generation of the service refuses with 403, which names no time");
  }
  const auto seconds = memory.refusal.header("Retry-After");
  const bool digits =
      !seconds.empty() && seconds.find_first_not_of("0123456789") == std::string::npos;
  evidence.that(digits,
                "Retry-After in seconds",
                seconds.empty() ? "no Retry-After" : "Retry-After: " + seconds);
  return std::move(evidence).outcome();
}

Outcome refused_leaves_nothing(Stage& stage, Memory&) {
  Evidence evidence;
  const auto all = stage.meetings();
  if (!all) {
    evidence.missing(all.error(), "the list of meetings");
    return std::move(evidence).outcome();
  }
  const auto refused = stage.meeting_id("smoke-test-3");
  bool there = false;
  for (const auto& row : *all)
    there = there || row.native_meeting_id == refused;
  evidence.that(
      !there, "no row of the refused meeting", there ? "GET /meetings lists " + refused : "none");
  return std::move(evidence).outcome();
}

Outcome refuse_duplicate(Stage& stage, Memory&) {
  Evidence evidence;
  // With a free seat only the duplicate rule can refuse.
  const auto raised = stage.admin().run(
      client::UpdateUser{.id = stage.account().user.id, .max_concurrent_bots = 3});
  if (!raised) {
    evidence.missing(raised.error(), "the user's limit raised to 3");
    return std::move(evidence).outcome();
  }
  const auto answer = stage.request_bot({.label = "smoke-test-1"});
  if (!answer) {
    evidence.missing(answer.error(), "409");
  } else {
    evidence.that(answer->status == 409, "409", describe(*answer));
  }
  return std::move(evidence).outcome();
}

}  // namespace

Suite bot_creation() {
  const auto memory = std::make_shared<Memory>();
  const auto with = [memory](Outcome (*check)(Stage&, Memory&)) {
    return [memory, check](Stage& stage) { return check(stage, *memory); };
  };
  return Suite{.number = 2,
               .title = "Bot Creation and State",
               .checks = {{"2.1",
                           "Create First Bot",
                           "A bot is reserved at once, with its meeting and container id",
                           {},
                           with(create_first)},
                          {"2.2",
                           "Create Second Bot",
                           "A second bot fits within a limit of two",
                           {"2.1"},
                           with(create_second)},
                          {"2.3",
                           "Create Third Bot",
                           "A third bot is refused for the limit, and says so",
                           {"2.1", "2.2"},
                           with(create_third)},
                          {"2.4",
                           "Verify Concurrent Bot Count",
                           "GET /bots/status shows exactly the two bots, of the meetings created",
                           {"2.1", "2.2"},
                           with(count_running)},
                          {"2.5",
                           "Refusal Says When to Return",
                           "A refusal with 429 carries Retry-After",
                           {"2.3"},
                           with(says_when_to_return)},
                          {"2.6",
                           "Refusal Leaves Nothing Behind",
                           "A refused bot leaves no meeting",
                           {"2.3"},
                           with(refused_leaves_nothing)},
                          {"2.7",
                           "Refuse the Same Meeting Twice",
                           "A second bot for the same live meeting is refused with 409",
                           {"2.1"},
                           with(refuse_duplicate)}}};
}

}  // namespace bot::suites
