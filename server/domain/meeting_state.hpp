// The states of a bot in a meeting and the one table of legal changes (design §3; smoke-test seed).
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace bot::domain {

enum class MeetingState { reserved, starting, active, stopping, completed, failed };

inline constexpr std::array all_states = {MeetingState::reserved,
                                          MeetingState::starting,
                                          MeetingState::active,
                                          MeetingState::stopping,
                                          MeetingState::completed,
                                          MeetingState::failed};

std::string_view to_string(MeetingState state);
// nullopt for a name that is none of the six.
std::optional<MeetingState> parse_meeting_state(std::string_view name);

// reserved, starting, active: counts against the user's limit and blocks a second bot for the same
// meeting. `stopping` does neither.
bool holds_a_seat(MeetingState state);
// completed, failed: nothing changes any more.
bool is_final(MeetingState state);

enum class Change { legal, repeated, illegal };

// What to do with a wish to go from one state to another. Repeated: the same state again, answered
// as done and changing nothing. Completed is reached only from active or stopping: a bot that was
// never admitted has failed.
Change judge_change(MeetingState from, MeetingState to);

// Who caused a change; kept in data.status_transition[].source.
enum class ChangeSource { user, bot_callback, cleanup, runtime, launch };

std::string_view to_string(ChangeSource source);

}  // namespace bot::domain
