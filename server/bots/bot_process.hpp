#pragma once

#include <string>

namespace bot::bots {

// `botd bot`: one bot from its gate to its end, configured by BOT_CONFIG alone. Returns the exit
// code of contract §2.3. Calls back over HTTP to all callback URLs in turn, fetches commands by
// long poll, leaves when no server answers for the orphan time, and on SIGTERM (143) and SIGINT
// (130). REQUIRES: called before any thread is started (it blocks these signals).
int run_bot_process();

}  // namespace bot::bots
