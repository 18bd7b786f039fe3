#pragma once

#include "server/app/log.hpp"
#include "server/app/metrics.hpp"
#include "server/bots/observer.hpp"
#include "server/http/dispatcher.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/webhooks/delivery.hpp"

namespace bot::app {

// Counts and logs what the other folders tell of: requests, bots, commands, work, webhooks. What it
// logs carries the request's and the meeting's id where there is one. Thread-safe.
class Witness final : public bots::Observer {
 public:
  Witness(Metrics& metrics, Log& log);

  void answered(const http::AccessRecord& record);
  // A request that failed for a reason that its client is not told.
  void failed(Log::Level level,
              std::string_view message,
              const http::AccessRecord& record,
              std::string_view what);
  void changed(std::int64_t meeting_id, const events::StateChange& change) override;
  void advanced(commands::Step step, std::size_t count) override;
  void worked(const queue::Item& item, const queue::Outcome& outcome);
  void attempted(const webhooks::Attempt& attempt);

 private:
  Metrics& metrics_;
  Log& log_;
  EventCounter& refusals_;
  EventCounter& changes_;
  EventCounter& failures_;
  EventCounter& reaped_;
  EventCounter& commands_;
  EventCounter& verdicts_;
  EventCounter& deliveries_;
};

}  // namespace bot::app
