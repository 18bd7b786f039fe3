#pragma once

#include "server/bots/lifecycle.hpp"

namespace bot::bots {

struct AdoptionResult {
  int adopted = 0;
  int closed = 0;     // rows whose bot is gone
  int launching = 0;  // reservations that the queue is going to launch
};

// At the start of a server, before it listens: finds the bots of an earlier process again. A live
// row whose bot runs is watched from now on; one whose bot is gone is closed (failed bot_exited;
// completed when it was stopping); one without a handle is left to its launch. Of several servers
// on a database each looks at its own only.
// REQUIRES: lifecycle is the runtime's listener already.
AdoptionResult adopt_bots(store::Database& database, Runtime& runtime, Lifecycle& lifecycle);

// The same for bots of this place whose servers have ended (`gone`, and those that are in no row).
// Of several servers that try, one gets each bot. Takes some of them, for a second at most; what is
// left is there for the next call. Throws as the database does, and then may have taken bots that
// nobody watches: adopt_bots finds them.
AdoptionResult adopt_orphans(store::Database& database,
                             Runtime& runtime,
                             Lifecycle& lifecycle,
                             const std::vector<std::string>& gone,
                             UnixMillis now);

}  // namespace bot::bots
