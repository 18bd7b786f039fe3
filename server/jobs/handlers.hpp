// What does the jobs, and what is written down of it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/backoff.hpp"
#include "base/clock.hpp"
#include "server/jobs/job.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/queue/listeners.hpp"
#include "server/store/database.hpp"

namespace bot::jobs {

// Before a job is tried again: 1, 2, 4 s, with jitter.
inline constexpr Backoff backoff{.first = Millis{1000}, .longest = Millis{60'000}};

// Which handler does the jobs of each kind.
class JobKinds {
 public:
  // Throws std::logic_error when the kind has one already.
  void add(std::string_view kind, queue::StoppableHandler handler);
  // To be tried again when no handler is there for the item's kind: another worker may have it.
  queue::Outcome run(const queue::Item& item, const queue::Run& run) const;

 private:
  std::map<std::string, queue::StoppableHandler, std::less<>> handlers_;
};

// The kinds that this service has. `account_domain`: of the e-mail addresses of accounts.
JobKinds job_kinds(store::Database& database, const Clock& clock, std::string account_domain);

// Has the dispatcher do the jobs. REQUIRES: before it starts; what `kinds` refers to outlives it.
void register_handlers(queue::Dispatcher& dispatcher,
                       const queue::Concurrency& concurrency,
                       JobKinds kinds);

// Has what becomes of a job written to its row and its events, in the transaction of the change:
// for whoever may change it. The units of a revived one that had failed are undecided again.
void listen(queue::Listeners& listeners, const Clock& clock);

}  // namespace bot::jobs
