#pragma once

#include <csignal>
#include <initializer_list>

#include "base/duration.hpp"

namespace bot::app {

// Blocked in the calling thread and those that it starts from now on, so that only sigwait sees
// them.
sigset_t block_signals(std::initializer_list<int> numbers);

// Whoever asks a second time does not want to wait any longer: the next of these ends the process.
void end_at_second_signal(const sigset_t& ending);

// Whatever hangs: the process ends with that status when this time is over, and says so.
void end_after(Millis limit, int status);

}  // namespace bot::app
