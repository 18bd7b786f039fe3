#include "server/app/witness.hpp"

#include <string>

#include "server/app/gauges.hpp"
#include "server/bots/meeting_change.hpp"
#include "server/domain/meeting_state.hpp"
#include "server/webhooks/event.hpp"

namespace bot::app {
namespace {

using domain::ChangeSource;
using domain::MeetingState;

// Why a request was refused; empty: it was not. What a server is asked for and does not have is no
// refusal.
std::string_view refusal_of(const http::AccessRecord& record) {
  if (record.status < 400 || record.status == 404) return "";
  if (!record.error) return record.status == 503 ? "overload" : "invalid";
  switch (*record.error) {
    case Errc::limit_reached:
      return "limit";
    case Errc::conflict:
      return record.method == "POST" && record.pattern == "/bots" ? "duplicate" : "conflict";
    case Errc::rate_limited:
      return "rate";
    case Errc::unauthenticated:
      return "unauthenticated";
    case Errc::forbidden:
      return "forbidden";
    case Errc::unavailable:
    case Errc::unreachable:
    case Errc::timeout:
    case Errc::cancelled:
      return "unavailable";
    case Errc::invalid_argument:
    case Errc::malformed_request:
    case Errc::method_not_allowed:
    case Errc::payload_too_large:
    case Errc::unsupported_media:
      return "invalid";
    case Errc::not_found:
      return "";
    case Errc::pending:
    case Errc::protocol:
    case Errc::server_error:
    case Errc::inconclusive:
    case Errc::partial:
    case Errc::failed:
    case Errc::internal:
      return "fault";
  }
  return "fault";
}

LabelValues states(std::string name) {
  LabelValues label{std::move(name), {}};
  for (const auto state : domain::all_states)
    label.values.emplace_back(domain::to_string(state));
  return label;
}

std::vector<std::string> steps() {
  std::vector<std::string> names;
  names.reserve(commands::all_steps.size());
  for (const auto step : commands::all_steps)
    names.emplace_back(to_string(step));
  return names;
}

// As a label: bots report reasons in words of their own, which count as "other".
std::string_view label_of_reason(std::string_view reason) {
  constexpr std::string_view killed = "bot_killed_signal_";
  return reason.starts_with(killed) ? "bot_killed" : reason;
}

const std::vector<std::string> stale = {"stale_reserved_timeout",
                                        "stale_starting_timeout",
                                        "stale_active_timeout",
                                        "stale_stopping_timeout"};

std::vector<std::string> ends_by_server() {
  auto reasons = stale;
  reasons.insert(reasons.end(), {"launch_failed", "bot_exited", "bot_killed"});
  return reasons;
}

std::vector<std::string> failures() {
  auto reasons = ends_by_server();
  reasons.insert(reasons.end(),
                 {"admission_failed", "join_failure", "removed_by_admin", "evicted"});
  return reasons;
}

bool is(const std::string& source, ChangeSource which) {
  return source == domain::to_string(which);
}

std::string id_text(std::int64_t id) {
  return id == 0 ? "" : std::to_string(id);
}

std::string_view verdict_of(const queue::Item& item, const queue::Outcome& outcome) {
  switch (outcome.kind) {
    case queue::Outcome::Kind::done:
      return "done";
    case queue::Outcome::Kind::dead:
      return "dead";
    case queue::Outcome::Kind::snooze:
      return "snoozed";
    case queue::Outcome::Kind::cancelled:
      return "cancelled";
    case queue::Outcome::Kind::retry:
      return item.attempts < item.max_attempts ? "retried" : "dead";
  }
  return "other";
}

}  // namespace

Witness::Witness(Metrics& metrics, Log& log)
    : metrics_(metrics),
      log_(log),
      refusals_(metrics.counter("botd_refusals_total",
                                "Requests refused, by reason",
                                {{"reason",
                                  {"limit",
                                   "duplicate",
                                   "conflict",
                                   "rate",
                                   "overload",
                                   "unavailable",
                                   "unauthenticated",
                                   "forbidden",
                                   "invalid",
                                   "fault"}}})),
      changes_(metrics.counter("botd_state_changes_total",
                               "Changes of bots' states that were stored, by the new state",
                               {states("to")})),
      failures_(metrics.counter(
          "botd_bots_failed_total", "Bots that failed, by reason", {{"reason", failures()}})),
      reaped_(metrics.counter("botd_bots_reaped_total",
                              "Bots that the server found silent, gone or unable to start",
                              {{"reason", ends_by_server()}})),
      commands_(metrics.counter(
          "botd_commands_total", "Commands to bots, by how far they came", {{"outcome", steps()}})),
      verdicts_(
          metrics.counter("botd_queue_verdicts_total",
                          "What became of queue items that this server worked on",
                          {{"lane", lane_labels()},
                           {"verdict", {"done", "retried", "dead", "snoozed", "cancelled"}}})),
      deliveries_(metrics.counter("botd_webhook_deliveries_total",
                                  "Attempts to deliver webhook events, by outcome",
                                  {{"outcome", {"delivered", "retried", "dead"}}})) {}

void Witness::answered(const http::AccessRecord& record) {
  metrics_.observe(record);
  if (const auto reason = refusal_of(record); !reason.empty()) refusals_.add({reason});
  log_.access(record);
}

void Witness::failed(Log::Level level,
                     std::string_view message,
                     const http::AccessRecord& record,
                     std::string_view what) {
  log_.write(level,
             message,
             {{"what", std::string(what)},
              {"target", record.target},
              {"meeting_id", id_text(record.meeting_id)},
              {"request_id", record.request_id}});
}

void Witness::changed(std::int64_t meeting_id, const events::StateChange& change) {
  changes_.add({change.to});
  const auto reason = change.reason.value_or("");
  const bool failed = change.to == domain::to_string(MeetingState::failed);
  const bool by_server = is(change.source, ChangeSource::cleanup) ||
                         is(change.source, ChangeSource::runtime) ||
                         is(change.source, ChangeSource::launch);
  if (failed) failures_.add({label_of_reason(reason)});
  if (failed && by_server) reaped_.add({label_of_reason(reason)});
  if (change.from.empty()) return;  // its request has a line
  log_.write_later(failed && by_server ? Log::Level::warning : Log::Level::info,
                   "bot",
                   {{"meeting_id", id_text(meeting_id)},
                    {"from", change.from},
                    {"to", change.to},
                    {"source", change.source},
                    {"reason", reason},
                    {"request_id", change.request_id}});
}

void Witness::advanced(commands::Step step, std::size_t count) {
  commands_.add({to_string(step)}, count);
}

void Witness::worked(const queue::Item& item, const queue::Outcome& outcome) {
  const auto verdict = verdict_of(item, outcome);
  const auto lane = lane_label(item.lane);
  verdicts_.add({lane, verdict});
  // Of these it is told more elsewhere; what is put off is no news.
  if (lane == webhooks::lane || verdict == "snoozed") return;
  const bool is_launch = lane == bots::launch_lane;
  const auto trace = bots::trace_of(item);
  log_.write_later(verdict == "dead" ? Log::Level::warning
                   : is_launch       ? Log::Level::info
                                     : Log::Level::debug,
                   is_launch ? "launch" : "work",
                   {{"lane", std::string(lane)},
                    {"meeting_id", id_text(trace.meeting_id)},
                    {"verdict", std::string(verdict)},
                    {"attempt", std::to_string(item.attempts)},
                    {"reason", outcome.reason},
                    {"request_id", trace.request_id}});
}

void Witness::attempted(const webhooks::Attempt& attempt) {
  deliveries_.add({attempt.outcome});
  log_.write_later(attempt.outcome == "dead" ? Log::Level::warning : Log::Level::info,
                   "webhook",
                   {{"delivery_id", std::to_string(attempt.delivery_id)},
                    {"event_id", attempt.event_id},
                    {"meeting_id", id_text(attempt.meeting_id)},
                    {"outcome", std::string(attempt.outcome)},
                    {"status", attempt.status ? std::to_string(*attempt.status) : ""},
                    {"reason", attempt.reason},
                    {"request_id", attempt.request_id}});
}

}  // namespace bot::app
