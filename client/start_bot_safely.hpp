#pragma once

#include "client/client.hpp"
#include "client/ops/start_bot.hpp"

namespace bot::client {

// Starts a bot without ever starting two. When the answer to POST /bots is lost (timeout, 502, 503,
// 504, a connection that broke after sending) the bot may run all the same, so it looks for a live
// meeting of that platform and id made since the call began, and only when there is none repeats
// the request with the same idempotency key. A 409 on a repeat is looked up in the same way.
//
// `deadline` bounds the whole; zero means twice the client's request timeout. When the outcome
// stays unknown the first error comes back, with `outcome_unknown` set.
Result<types::Meeting> start_bot_safely(const Client& client,
                                        const StartBot& operation,
                                        Millis deadline = Millis{0});

}  // namespace bot::client
