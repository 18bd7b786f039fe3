#pragma once

#include "server/bots/lifecycle.hpp"

namespace bot::bots {

struct AdoptionResult {
  int adopted = 0;
  int closed = 0;  // rows whose bot is gone
};

// At the start of a server, before it listens: finds the bots of an earlier process again. A live
// row whose bot runs is watched from now on; one whose bot is gone is closed (failed bot_exited;
// completed when it was stopping); one without a handle is left to its launch.
// REQUIRES: lifecycle is the runtime's listener already.
AdoptionResult adopt_bots(store::Database& database, Runtime& runtime, Lifecycle& lifecycle);

}  // namespace bot::bots
