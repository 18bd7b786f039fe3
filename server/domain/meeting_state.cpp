#include "server/domain/meeting_state.hpp"

namespace bot::domain {

std::string_view to_string(MeetingState state) {
  switch (state) {
    case MeetingState::reserved:
      return "reserved";
    case MeetingState::starting:
      return "starting";
    case MeetingState::active:
      return "active";
    case MeetingState::stopping:
      return "stopping";
    case MeetingState::completed:
      return "completed";
    case MeetingState::failed:
      return "failed";
  }
  return "";
}

std::optional<MeetingState> parse_meeting_state(std::string_view name) {
  for (const auto state : all_states) {
    if (to_string(state) == name) return state;
  }
  return std::nullopt;
}

bool holds_a_seat(MeetingState state) {
  return state == MeetingState::reserved || state == MeetingState::starting ||
         state == MeetingState::active;
}

bool is_final(MeetingState state) {
  return state == MeetingState::completed || state == MeetingState::failed;
}

Change judge_change(MeetingState from, MeetingState to) {
  using enum MeetingState;
  if (from == to) return Change::repeated;
  const auto allowed = [&]() {
    switch (from) {
      case reserved:
        return to == starting || to == stopping || to == failed;
      case starting:
        return to == active || to == stopping || to == failed;
      case active:
        return to == stopping || to == completed || to == failed;
      case stopping:
        return to == completed || to == failed;
      case completed:
      case failed:
        return false;
    }
    return false;
  }();
  return allowed ? Change::legal : Change::illegal;
}

std::string_view to_string(ChangeSource source) {
  switch (source) {
    case ChangeSource::user:
      return "user";
    case ChangeSource::bot_callback:
      return "bot_callback";
    case ChangeSource::cleanup:
      return "cleanup";
    case ChangeSource::runtime:
      return "runtime";
    case ChangeSource::launch:
      return "launch";
  }
  return "";
}

}  // namespace bot::domain
