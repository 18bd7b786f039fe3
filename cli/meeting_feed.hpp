#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/backoff.hpp"
#include "base/result.hpp"
#include "cli/context.hpp"
#include "cli/targets.hpp"
#include "client/types/json.hpp"

namespace bot::cli {

// News of one meeting: pushed over /ws where the server upgrades (101) and accepts the
// subscription, else told by the clock, 50 ms growing to 2 s, jittered.
class MeetingFeed {
 public:
  // Connects and subscribes; that it could not is no error, it polls then.
  MeetingFeed(Context& context, const Target& target);

  // Waits for the next message, or for the moment to look again (nullopt), which comes every two
  // seconds at the latest: a push that got lost delays, it does not hang. Errors: Context::check.
  Result<std::optional<types::Json>> next();

  bool is_pushed() const { return socket_ != nullptr; }

 private:
  Result<std::optional<types::Json>> receive();

  Context& context_;
  std::unique_ptr<client::WebSocket> socket_;
  Backoff backoff_{.first = Millis{50}, .longest = Millis{2'000}};
  std::size_t looks_ = 0;
};

// The status in a meeting.status message; nullopt when it is another message.
std::optional<std::string> status_in(const types::Json& message);

// Waits until the meeting is in one of the states. Errors: not_found, failed when it has ended in
// another one, timeout and cancelled from the context.
Result<types::Meeting> wait_for_state(Context& context,
                                      const Target& target,
                                      const std::vector<std::string>& states);

}  // namespace bot::cli
