#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/queue/listeners.hpp"
#include "server/store/database.hpp"
#include "server/webhooks/sender.hpp"

namespace bot::webhooks {

// One try to deliver an event, for whoever counts and logs them.
struct Attempt {
  std::int64_t delivery_id = 0;
  std::int64_t meeting_id = 0;  // 0: it is about none
  std::string event_id;
  std::string_view outcome;   // delivered, retried, dead
  std::optional<int> status;  // of the receiver's answer
  std::string reason;         // why it is not delivered
  std::string request_id;     // of the request that brought the event about; "": none did
};

struct DeliveryOptions {
  SenderOptions sender = {};
  int concurrency = 8;
  std::size_t of_one_user = 2;  // of these: a target that hangs holds up its own user only
  Millis longest_retry_after{3'600'000};
  // Told of each attempt, on a worker's thread; must not throw. May be empty.
  std::function<void(const Attempt&)> on_attempt = {};
};

// Registers the handler that delivers events (lane webhook.deliver). 2xx is delivered; 5xx, 408,
// 429 and no answer are tried again after the queue's backoff, or what Retry-After says up to a
// bound; every other status, a redirect, a refused target and a webhook that was removed meanwhile
// are final. Each attempt is written to the deliveries. REQUIRES: before the dispatcher starts; all
// three outlive it.
void register_delivery(queue::Dispatcher& dispatcher,
                       store::Database& database,
                       const Clock& clock,
                       DeliveryOptions options);

// Has what becomes of an item that no attempt decided, its last worker's loss for one, written to
// its delivery in the transaction of the change: for whoever may change it. A dead one whose item
// is revived is on its way again.
void listen(queue::Listeners& listeners);

}  // namespace bot::webhooks
