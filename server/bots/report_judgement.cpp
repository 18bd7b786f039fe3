#include "server/bots/report_judgement.hpp"

#include <array>
#include <utility>

namespace bot::bots {

using domain::MeetingState;

namespace {

bool was_admitted(const store::MeetingRow& meeting) {
  return meeting.status == MeetingState::active || meeting.status == MeetingState::stopping ||
         (domain::is_final(meeting.status) && meeting.start_time);
}

// Exit reasons of the bots to the completion reasons of the contract.
std::string completion_reason(const BotReport& report) {
  if (report.completion_reason) return *report.completion_reason;
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> known{{
      {"admission_failed", "awaiting_admission_timeout"},
      {"left_alone_timeout", "left_alone"},
      {"startup_alone_timeout", "left_alone"},
      {"removed_by_admin", "evicted"},
      {"evicted", "evicted"},
  }};
  for (const auto& [exit_reason, completed] : known) {
    if (report.reason == exit_reason) return std::string(completed);
  }
  return "stopped";
}

bool exit_completes(const BotReport& report, const store::MeetingRow& meeting) {
  if (meeting.stop_requested) return true;
  return report.exit_code.value_or(0) == 0 && was_admitted(meeting);
}

}  // namespace

MeetingState wanted_state(const BotReport& report, const store::MeetingRow& meeting) {
  switch (report.kind) {
    case BotReport::Kind::phase:
      return MeetingState::starting;
    case BotReport::Kind::active:
      return MeetingState::active;
    case BotReport::Kind::leaving:
      return MeetingState::stopping;
    case BotReport::Kind::exited:
      return exit_completes(report, meeting) ? MeetingState::completed : MeetingState::failed;
  }
  return meeting.status;
}

Ending judge_exit(const BotReport& report, const store::MeetingRow& meeting) {
  Ending ending;
  ending.exit_code = report.exit_code;
  if (exit_completes(report, meeting)) {
    ending.to = MeetingState::completed;
    ending.reason = meeting.stop_requested ? "stopped" : completion_reason(report);
    return ending;
  }
  ending.to = MeetingState::failed;
  ending.reason = report.reason.value_or("bot_exited");
  ending.failure_stage = report.failure_stage.value_or(stage_of(meeting));
  ending.error_details =
      report.error_details.is_object() ? report.error_details : types::Json::object();
  if (report.exit_code) ending.error_details["exit_code"] = *report.exit_code;
  return ending;
}

Ending judge_death(const ExitStatus& status, const store::MeetingRow& meeting) {
  Ending ending;
  ending.source = domain::ChangeSource::runtime;
  ending.exit_code = status.code;
  if (meeting.stop_requested || meeting.status == MeetingState::stopping) {
    ending.to = MeetingState::completed;
    ending.reason = "stopped";
    return ending;
  }
  ending.to = MeetingState::failed;
  ending.reason =
      status.signal ? "bot_killed_signal_" + std::to_string(*status.signal) : "bot_exited";
  ending.failure_stage = stage_of(meeting);
  ending.error_details = types::Json::object();
  if (status.code) ending.error_details["exit_code"] = *status.code;
  if (status.signal) ending.error_details["signal"] = *status.signal;
  return ending;
}

}  // namespace bot::bots
