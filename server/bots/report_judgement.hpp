#pragma once

#include "server/bots/meeting_change.hpp"

namespace bot::bots {

// The state that a report asks for, given the row it is about.
domain::MeetingState wanted_state(const BotReport& report, const store::MeetingRow& meeting);

// What `exited` means for the row (contract §2.3): after a user's stop completed, stopped, whatever
// the code; code 0 completes a bot that was admitted; everything else has failed.
Ending judge_exit(const BotReport& report, const store::MeetingRow& meeting);

// What the end of a bot process that said nothing means.
Ending judge_death(const ExitStatus& status, const store::MeetingRow& meeting);

}  // namespace bot::bots
