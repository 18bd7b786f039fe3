#include <algorithm>
#include <memory>
#include <set>

#include "base/text.hpp"
#include "client/ops/get_bots_status.hpp"
#include "client/ops/stop_bot.hpp"
#include "suites/answers.hpp"
#include "suites/behind_checks.hpp"
#include "suites/check.hpp"
#include "suites/race/checker.hpp"
#include "suites/race/history.hpp"
#include "suites/stage.hpp"

namespace bot::suites {

namespace {

using race::History;
using race::Op;
using race::OpKind;
using race::OpOutcome;
using types::Json;

constexpr std::size_t limit = 2;
constexpr std::size_t seed_size = 3;
constexpr int large_bursts = 3;
constexpr std::size_t shown_violations = 3;

struct Memory {
  std::size_t race_size = 0;
  History history{.limit = limit};
  int bursts = 0;
};

struct BurstCount {
  std::size_t accepted = 0;
  std::size_t refused = 0;    // for the limit, with its sentence
  std::size_t duplicate = 0;  // 409
  std::string odd;            // the first answer that is none of these
};

OpOutcome outcome_of(const race::Shot& shot, const client::Dialect& dialect) {
  if (shot.status == 0) return OpOutcome::unknown;
  const client::HttpResponse answer{shot.status, shot.headers, shot.body};
  if (is_success(answer)) return OpOutcome::ok;
  if (is_limit_refusal(answer, dialect)) return OpOutcome::refused;
  return shot.status == 409 ? OpOutcome::duplicate : OpOutcome::failed;
}

client::HttpRequest start_request(Stage& stage, const std::string& native_id) {
  const Json body{{"platform", platform}, {"native_meeting_id", native_id}};
  return {.method = "POST",
          .target = "/bots",
          .headers = {{"X-API-Key", stage.account().token}, {"Content-Type", "application/json"}},
          .body = types::dump(body)};
}

bool may_have_a_bot(const Op& op) {
  return op.outcome == OpOutcome::ok || op.outcome == OpOutcome::unknown;
}

// Enters one answer into history and record.
Op note_shot(Stage& stage, Memory& memory, const std::string& native_id, const race::Shot& shot) {
  Op op{.kind = OpKind::start,
        .meeting = native_id,
        .burst = memory.bursts,
        .invoked_us = shot.invoked_us,
        .completed_us = shot.completed_us,
        .outcome = outcome_of(shot, stage.dialect()),
        .status = shot.status};
  const auto body = json_of({shot.status, shot.headers, shot.body});
  if (op.outcome == OpOutcome::ok && body.is_object() && body.contains("id") &&
      body.at("id").is_number_integer()) {
    op.meeting_id = body.at("id").get<std::int64_t>();
  }
  stage.record({.method = "POST",
                .target = "/bots",
                .status = shot.status,
                .duration_us = shot.completed_us - shot.invoked_us,
                .request_body = "native_meeting_id " + native_id,
                .response_body = shot.body,
                .error = shot.error});
  memory.history.ops.push_back(op);
  return op;
}

// One burst of starts; `ids` name the meetings. Errors: the gate's.
Result<BurstCount> fire(Stage& stage,
                        Memory& memory,
                        const std::vector<std::string>& ids,
                        Evidence& evidence) {
  ++memory.bursts;
  std::vector<client::HttpRequest> requests;
  requests.reserve(ids.size());
  for (const auto& id : ids)
    requests.push_back(start_request(stage, id));
  auto& run = stage.run();
  const auto burst =
      run.wiring.gate->release(requests, std::max(Millis{2'000}, run.scaled(request_patience)));
  if (!burst) return burst.error();
  BurstCount count;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto& shot = burst->shots[i];
    const auto op = note_shot(stage, memory, ids[i], shot);
    if (may_have_a_bot(op)) stage.remember_bot(op.meeting);
    if (op.outcome == OpOutcome::ok) ++count.accepted;
    if (op.outcome == OpOutcome::refused) ++count.refused;
    if (op.outcome == OpOutcome::duplicate) ++count.duplicate;
    const bool odd = op.outcome == OpOutcome::failed || op.outcome == OpOutcome::unknown;
    if (odd && count.odd.empty()) {
      count.odd = shot.status == 0 ? shot.error : describe({shot.status, shot.headers, shot.body});
    }
  }
  evidence.that(true,
                std::to_string(ids.size()) + " requests released together",
                "burst " + std::to_string(memory.bursts) + ": " + std::to_string(ids.size()) +
                    " requests released within " + std::to_string(burst->release_spread_us) +
                    " us, " + std::to_string(burst->most_in_flight) + " in flight at once");
  return count;
}

void take_listing(Stage& stage, Memory& memory) {
  race::Listing listing{.invoked_us = race::monotonic_us()};
  const auto rows = stage.meetings();
  if (!rows) return;
  listing.completed_us = race::monotonic_us();
  for (const auto& row : *rows)
    listing.ids.insert(row.id);
  memory.history.listings.push_back(std::move(listing));
}

void stop_one(Stage& stage, Memory& memory, const std::string& native_id) {
  Op op{.kind = OpKind::stop,
        .meeting = native_id,
        .burst = memory.bursts,
        .invoked_us = race::monotonic_us()};
  const auto stopped =
      stage.user().run(client::StopBot{.platform = platform, .native_meeting_id = native_id});
  op.completed_us = race::monotonic_us();
  op.outcome = stopped ? OpOutcome::ok : OpOutcome::failed;
  op.status = stopped ? 202 : stopped.error().http_status.value_or(0);
  memory.history.ops.push_back(op);
}

// What still occupies a seat, by the list and by the status; nullopt when one of them is not told.
std::optional<std::set<std::string>> seated(Stage& stage) {
  std::set<std::string> ids;
  const auto rows = stage.meetings();
  const auto status = stage.user().run(client::GetBotsStatus{});
  if (!rows || !status) return std::nullopt;
  for (const auto& row : *rows) {
    const auto state = row.state();
    if (state && holds_a_seat(*state)) ids.insert(row.native_meeting_id);
  }
  for (const auto& bot : status->running_bots) {
    const auto state = parse_state(bot.meeting_status.value_or("active"));
    if (!state || holds_a_seat(*state)) ids.insert(bot.native_meeting_id.value_or("?"));
  }
  return ids;
}

// Stops every bot, so that the next burst finds all seats provably free.
bool free_the_seats(Stage& stage, Memory& memory, Evidence& evidence) {
  std::set<std::string> stopped;
  for (const auto& op : std::vector<Op>(memory.history.ops)) {
    if (op.kind == OpKind::start && op.burst == memory.bursts && may_have_a_bot(op) &&
        stopped.insert(op.meeting).second) {
      stop_one(stage, memory, op.meeting);
    }
  }
  auto waiting = stage.patience(bot_patience);
  for (;;) {
    const auto left = seated(stage);
    if (left && left->empty()) return true;
    if (left) {
      for (const auto& id : *left) {
        if (stopped.insert(id).second) stop_one(stage, memory, id);
      }
    }
    if (waiting.again()) continue;
    const std::vector<std::string> names =
        left ? std::vector<std::string>(left->begin(), left->end()) : std::vector<std::string>();
    return evidence.that(false,
                         "all seats free after every bot was stopped",
                         left ? "still there: " + join(names, ", ") : "no answer");
  }
}

std::string text_of(const BurstCount& count) {
  return std::to_string(count.accepted) + " accepted, " + std::to_string(count.refused) +
         " refused for the limit" +
         (count.duplicate > 0 ? ", " + std::to_string(count.duplicate) + " as duplicates" : "") +
         (count.odd.empty() ? "" : ", and " + count.odd);
}

// One burst for different meetings; false when going on makes no sense.
bool race_for_seats(Stage& stage, Memory& memory, std::size_t size, Evidence& evidence) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < size; ++i) {
    ids.push_back(stage.meeting_id("concurrent-test-" + std::to_string(memory.bursts) + "-" +
                                   std::to_string(i)));
  }
  const auto count = fire(stage, memory, ids, evidence);
  if (!count) {
    evidence.missing(count.error(), std::to_string(size) + " connections for a burst");
    return false;
  }
  take_listing(stage, memory);
  const bool right =
      evidence.that(count->accepted == limit && count->refused == size - limit,
                    "exactly 2 of " + std::to_string(size) + " accepted, the others " +
                        limit_refusal_text(stage.dialect()),
                    text_of(*count));
  return free_the_seats(stage, memory, evidence) && right;
}

Outcome race_for_the_limit(Stage& stage, Memory& memory) {
  Evidence evidence;
  // A first bot, alone: it shows which form of ids the server takes.
  const auto first = stage.start_bot({.label = "concurrent-test-first"});
  if (!first) {
    evidence.missing(first.error(), "a bot before the race");
    return std::move(evidence).outcome();
  }
  memory.bursts = 0;
  if (!free_the_seats(stage, memory, evidence)) return std::move(evidence).outcome();
  bool going = race_for_seats(stage, memory, seed_size, evidence);
  for (int i = 0; going && i < large_bursts; ++i) {
    going = race_for_seats(stage, memory, memory.race_size, evidence);
  }
  evidence.attach(Json(memory.history));
  return std::move(evidence).outcome();
}

Outcome race_for_one_meeting(Stage& stage, Memory& memory) {
  Evidence evidence;
  const std::vector<std::string> ids(memory.race_size, stage.meeting_id("concurrent-test-same"));
  const auto count = fire(stage, memory, ids, evidence);
  if (!count) {
    evidence.missing(count.error(), "connections for a burst");
    return std::move(evidence).outcome();
  }
  take_listing(stage, memory);
  evidence.that(count->accepted == 1 && count->duplicate == memory.race_size - 1,
                "exactly 1 of " + std::to_string(memory.race_size) + " accepted, the others 409",
                text_of(*count));
  free_the_seats(stage, memory, evidence);
  return std::move(evidence).outcome();
}

Outcome history_is_consistent(Stage& stage, Memory& memory) {
  Evidence evidence;
  take_listing(stage, memory);
  auto found = race::violations(memory.history);
  const auto total = found.size();
  if (found.size() > shown_violations) found.resize(shown_violations);
  evidence.that(total == 0,
                "never more bots live than seats, nothing accepted lost, nothing refused while a "
                "seat was free",
                total == 0 ? std::to_string(memory.history.ops.size()) + " requests examined"
                           : std::to_string(total) + " violations: " + join(found, "; "));
  evidence.attach(Json(memory.history));
  return std::move(evidence).outcome();
}

}  // namespace

Suite database_consistency(std::size_t race_size) {
  const auto memory = std::make_shared<Memory>();
  memory->race_size = std::max(race_size, seed_size);
  const auto with = [memory](Outcome (*check)(Stage&, Memory&)) {
    return [memory, check](Stage& stage) { return check(stage, *memory); };
  };
  return Suite{
      .number = 8,
      .title = "Database Consistency",
      .checks = {{"8.1",
                  "Verify Transaction Safety",
                  "Of bots requested at the same instant exactly as many are accepted as there are "
                  "seats",
                  {"2.1"},
                  with(race_for_the_limit)},
                 {"8.2",
                  "Race for One Meeting",
                  "Of bots requested for one meeting at the same instant exactly one is accepted",
                  {"8.1"},
                  with(race_for_one_meeting)},
                 {"8.3",
                  "The History Is Consistent",
                  "Some order of all requests explains every answer: no seat was used twice, lost "
                  "or refused while free",
                  {"8.1", "8.2"},
                  with(history_is_consistent)},
                 {"8.4",
                  "The Rows Obey the Invariants",
                  "The user has no more live bots than seats, nor two in one meeting; what has "
                  "ended has an end and a reason",
                  {"8.1"},
                  rows_obey_the_invariants}},
      .max_bots = static_cast<int>(limit),
      .company = Suite::Company::alone};
}

}  // namespace bot::suites
