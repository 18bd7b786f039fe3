#include "server/queue/lane.hpp"

#include <algorithm>
#include <iterator>

#include "server/queue/queue.hpp"

namespace bot::queue {
namespace {

using std::chrono::steady_clock;

// A look at the clock at least this often: somebody may set it.
constexpr Millis longest_sleep{60'000};
// Between two tries to reach a store that is away.
constexpr Millis store_pause{200};
constexpr Millis unavailable_delay{1000};

}  // namespace

Lane::Lane(std::string name,
           Concurrency concurrency,
           Handler handler,
           store::Database& database,
           const Clock& clock,
           const DispatcherOptions& options)
    : name_(std::move(name)),
      workers_(concurrency.workers),
      // As many more as are worked on, so that no worker waits for a commit.
      capacity_(2 * static_cast<std::size_t>(concurrency.workers)),
      handler_(std::move(handler)),
      database_(database),
      clock_(clock),
      options_(options),
      shares_(concurrency.most_of_one) {}

Lane::~Lane() {
  drain();
  wait_until_idle(steady_clock::time_point::max());
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  pump_wakes_.notify_all();
  workers_wake_.notify_all();
  for (auto& thread : threads_)
    thread.join();
}

void Lane::start() {
  threads_.emplace_back([this] { pump(); });
  for (int i = 0; i < workers_; ++i)
    threads_.emplace_back([this] { work(); });
}

void Lane::wake(std::optional<UnixMillis> run_at) {
  {
    const std::lock_guard lock(mutex_);
    if (!run_at || *run_at <= clock_.now_ms()) {
      woken_ = true;
    } else {
      if (storing_) heard_of_ = std::min(heard_of_.value_or(*run_at), *run_at);
      if (next_run_at_ && *next_run_at_ <= *run_at) return;
      next_run_at_ = run_at;
    }
  }
  pump_wakes_.notify_one();
}

void Lane::drain() {
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
    for (auto& item : waiting_) {
      let_go(item);
      const auto run_at = item.run_at;
      verdicts_.push_back({.item = std::move(item), .outcome = Outcome::snooze(run_at)});
    }
    waiting_.clear();
  }
  pump_wakes_.notify_one();
  idle_.notify_all();
}

bool Lane::wait_until_idle(steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  const auto nothing_left = [this] { return held_.empty() && verdicts_.empty() && !storing_; };
  if (until == steady_clock::time_point::max()) {
    idle_.wait(lock, nothing_left);
    return true;
  }
  return idle_.wait_until(lock, until, nothing_left);
}

std::vector<Lane::Held> Lane::held() const {
  const std::lock_guard lock(mutex_);
  std::vector<Held> all;
  for (const auto& [id, fence] : held_)
    all.push_back({id, fence});
  return all;
}

DispatcherStatistics Lane::statistics() const {
  const std::lock_guard lock(mutex_);
  return statistics_;
}

void Lane::pump() {
  while (auto round = next_round()) {
    try {
      auto stored = store(*round);
      tell(*round, stored);
      settle(std::move(stored));
    } catch (const Fault&) {
      settle_failure(*std::move(round));
    }
  }
}

bool Lane::something_to_do() const {
  if (!verdicts_.empty()) return true;
  if (draining_ || held_.size() >= capacity_) return false;
  // Whoever was woken since knows of an item that the last look could not see.
  if (woken_) return true;
  return next_run_at_ && *next_run_at_ <= clock_.now_ms() &&
         steady_clock::now() >= contended_until_;
}

std::optional<Lane::Round> Lane::next_round() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto now = steady_clock::now();
    const bool pausing = now < not_before_;
    if (ending_ || (!pausing && something_to_do())) break;
    auto sleep = longest_sleep;
    if (next_run_at_ && !draining_ && held_.size() < capacity_)
      sleep = std::clamp(Millis(*next_run_at_ - clock_.now_ms()), Millis(0), longest_sleep);
    pump_wakes_.wait_until(lock, pausing ? not_before_ : std::max(now + sleep, contended_until_));
  }
  if (ending_) return std::nullopt;
  Round round;
  round.verdicts = std::exchange(verdicts_, {});
  round.shares = shares_;
  round.draining = draining_;
  round.room = draining_ || held_.size() >= capacity_ ? 0 : capacity_ - held_.size();
  if (round.room > 0) woken_ = false;
  if (claimed_unseen_) {
    round.known.emplace();
    for (const auto& [id, fence] : held_)
      round.known->insert(id);
  }
  storing_ = true;
  return round;
}

void Lane::let_go(const Item& item) {
  held_.erase(item.id);
  shares_.give_back(item.fair_key);
}

Lane::Stored Lane::store(const Round& round) {
  return database_.write([&](sql::Connection& connection) {
    Stored stored;
    for (std::size_t i = 0; i < round.verdicts.size(); ++i) {
      if (store_verdict(connection, round.verdicts[i], stored)) {
        stored.verdicts.push_back(i);
      } else {
        ++stored.counted.lost;
      }
    }
    if (round.known) return_unknown(connection, name_, options_.owner, *round.known);
    const auto now = clock_.now_ms();
    auto shares = round.shares;
    if (round.room > 0) {
      const Claimant claimant{name_, options_.owner, options_.lease};
      stored.claimed = claim(connection, claimant, round.room, now, shares);
      stored.asked_at = now;
    }
    stored.next_run_at = next_run_at(connection, name_, shares);
    stored.counted.claimed = stored.claimed.size();
    return stored;
  });
}

bool Lane::store_verdict(sql::Connection& connection, const Verdict& verdict, Stored& stored) {
  const auto& item = verdict.item;
  const auto& outcome = verdict.outcome;
  const auto now = clock_.now_ms();
  const auto counted = [](std::uint64_t& counter, bool held) {
    if (held) ++counter;
    return held;
  };
  auto& counts = stored.counted;
  switch (outcome.kind) {
    case Outcome::Kind::done:
      return counted(counts.done, complete(connection, item.id, item.fence, now));
    case Outcome::Kind::dead:
      return counted(counts.dead, bury(connection, item.id, item.fence, outcome.reason, now));
    case Outcome::Kind::snooze:
      return counted(counts.snoozed, snooze(connection, item.id, item.fence, outcome.until));
    case Outcome::Kind::retry: {
      const auto retry = static_cast<std::size_t>(std::max<std::int64_t>(item.attempts - 1, 0));
      const auto delay = outcome.delay.value_or(options_.backoff.jittered(retry));
      return counted(
          item.attempts < item.max_attempts ? counts.retried : counts.dead,
          retry_at(connection, item.id, item.fence, now + delay.count(), outcome.reason, now));
    }
  }
  return false;
}

void Lane::tell(const Round& round, const Stored& stored) const {
  if (!options_.on_outcome) return;
  for (const auto i : stored.verdicts) {
    const auto& verdict = round.verdicts[i];
    if (verdict.worked) options_.on_outcome(verdict.item, verdict.outcome);
  }
}

void Lane::settle(Stored stored) {
  {
    const std::lock_guard lock(mutex_);
    statistics_.claimed += stored.counted.claimed;
    statistics_.done += stored.counted.done;
    statistics_.retried += stored.counted.retried;
    statistics_.dead += stored.counted.dead;
    statistics_.snoozed += stored.counted.snoozed;
    statistics_.lost += stored.counted.lost;
    next_run_at_ = stored.next_run_at;
    if (const auto heard_of = std::exchange(heard_of_, std::nullopt))
      next_run_at_ = std::min(next_run_at_.value_or(*heard_of), *heard_of);
    claimed_unseen_ = false;
    // Due, and not given to us: another server holds the rows just now, or one was added between
    // the two statements.
    const bool missed = stored.asked_at && stored.claimed.empty() && stored.next_run_at &&
                        *stored.next_run_at <= *stored.asked_at;
    if (missed) contended_until_ = steady_clock::now() + options_.contention_pause;
    for (auto& item : stored.claimed) {
      if (draining_) {  // began while this was being stored
        const auto run_at = item.run_at;
        verdicts_.push_back({.item = std::move(item), .outcome = Outcome::snooze(run_at)});
      } else {
        held_.emplace(item.id, item.fence);
        shares_.take(item.fair_key);
        waiting_.push_back(std::move(item));
      }
    }
    storing_ = false;
  }
  workers_wake_.notify_all();
  idle_.notify_all();
}

// The store is away: the verdicts wait, unless this is the end; then their leases will run out.
void Lane::settle_failure(Round round) {
  {
    const std::lock_guard lock(mutex_);
    if (round.draining) {
      statistics_.lost += round.verdicts.size();
    } else {
      std::move(verdicts_.begin(), verdicts_.end(), std::back_inserter(round.verdicts));
      verdicts_ = std::move(round.verdicts);
    }
    claimed_unseen_ = claimed_unseen_ || round.room > 0;
    woken_ = true;
    storing_ = false;
    not_before_ = steady_clock::now() + store_pause;
  }
  idle_.notify_all();
}

void Lane::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    workers_wake_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    auto item = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    auto outcome = run_handler(item);
    lock.lock();
    let_go(item);
    verdicts_.push_back({.item = std::move(item), .outcome = std::move(outcome), .worked = true});
    pump_wakes_.notify_one();
  }
}

Outcome Lane::run_handler(const Item& item) {
  try {
    return handler_(item);
  } catch (const Unavailable&) {
    return Outcome::snooze(clock_.now_ms() + unavailable_delay.count());
  } catch (const std::exception& failure) {
    return Outcome::retry(failure.what());
  }
}

}  // namespace bot::queue
