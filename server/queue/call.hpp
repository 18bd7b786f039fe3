// One call of a handler, as those see it who may ask it to stop.
#pragma once

#include <atomic>
#include <memory>
#include <stop_token>

#include "server/queue/run.hpp"

namespace bot::queue {

// Thread-safe.
class Call {
 public:
  // Once asked for one reason, always for that. May run what the handler has hung on its token:
  // call it without a lock.
  void ask_to_stop(StopReason reason) {
    auto none = StopReason::none;
    reason_.compare_exchange_strong(none, reason);
    stop_.request_stop();
  }
  StopReason reason() const { return reason_; }

  static Run run(const std::shared_ptr<Call>& call) {
    return {.stop = call->stop_.get_token(), .why = [call] { return call->reason(); }};
  }

 private:
  std::stop_source stop_;
  std::atomic<StopReason> reason_{StopReason::none};
};

}  // namespace bot::queue
