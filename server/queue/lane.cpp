#include "server/queue/lane.hpp"

#include <algorithm>
#include <iterator>

#include "server/queue/claim.hpp"
#include "server/queue/queue.hpp"

namespace bot::queue {
namespace {

using std::chrono::steady_clock;

// A look at the clock at least this often: somebody may set it.
constexpr Millis longest_sleep{60'000};
// Between two tries to reach a store that is away.
constexpr Millis store_pause{200};

}  // namespace

Lane::Lane(std::string name,
           Concurrency concurrency,
           StoppableHandler handler,
           store::Database& database,
           const Clock& clock,
           const DispatcherOptions& options)
    : name_(std::move(name)),
      concurrency_(concurrency),
      handler_(std::move(handler)),
      database_(database),
      clock_(clock),
      options_(options),
      shares_(concurrency.most_of_one) {}

Lane::~Lane() {
  stop();
  wait_until_idle(Instant::max());
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
  const std::lock_guard lock(mutex_);
  threads_.emplace_back([this] { pump(); });
  for (int i = 0; i < concurrency_.workers; ++i)
    add_worker();
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

void Lane::quiet() {
  close(Mode::quiet);
}

void Lane::stop() {
  close(Mode::stopping);
}

void Lane::close(Mode mode) {
  {
    const std::lock_guard lock(mutex_);
    mode_ = std::max(mode_, mode);
    give_back_waiting();
  }
  pump_wakes_.notify_one();
}

void Lane::resume() {
  {
    const std::lock_guard lock(mutex_);
    mode_ = Mode::open;
    woken_ = true;
  }
  pump_wakes_.notify_one();
}

bool Lane::wait_until_idle(Instant until) {
  std::unique_lock lock(mutex_);
  const auto nothing_left = [this] {
    return held_.empty() && verdicts_.empty() && !storing_ && stuck_ == 0;
  };
  if (until == Instant::max()) {
    idle_.wait(lock, nothing_left);
    return true;
  }
  return idle_.wait_until(lock, until, nothing_left);
}

void Lane::wait_until_stored(Instant until) {
  std::unique_lock lock(mutex_);
  idle_.wait_until(lock, until, [this] { return verdicts_.empty() && !storing_; });
}

DispatcherStatistics Lane::statistics() const {
  const std::lock_guard lock(mutex_);
  return statistics_;
}

const Listeners& Lane::listeners() const {
  return options_.listeners != nullptr ? *options_.listeners : Listeners::none();
}

void Lane::pump() {
  while (auto round = next_round()) {
    try {
      auto stored = store(*round);
      tell(*round, stored);
      settle(std::move(stored));
    } catch (const Unavailable&) {
      settle_failure(*std::move(round));
    } catch (const std::exception& failure) {
      settle_refusal(*std::move(round), failure.what());
    }
  }
}

std::size_t Lane::capacity() const {
  const auto able = static_cast<std::size_t>(std::min(concurrency_.workers, live_ - stuck_));
  return able + pace_.ahead(able);
}

bool Lane::something_to_do() const {
  if (!verdicts_.empty()) return true;
  if (mode_ != Mode::open || held_.size() >= capacity()) return false;
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
    if (next_run_at_ && mode_ == Mode::open && held_.size() < capacity())
      sleep = std::clamp(Millis(*next_run_at_ - clock_.now_ms()), Millis(0), longest_sleep);
    pump_wakes_.wait_until(lock, pausing ? not_before_ : std::max(now + sleep, contended_until_));
  }
  pump_wakes_.wait_for(lock, pace_.linger(), [this] { return waiting_.empty() || ending_; });
  if (ending_) return std::nullopt;
  Round round;
  round.stopping = mode_ == Mode::stopping;
  round.apart = apart_ > 0;
  if (round.apart) {
    --apart_;
    round.verdicts.push_back(std::move(verdicts_.front()));
    verdicts_.erase(verdicts_.begin());
    storing_ = true;
    return round;
  }
  round.verdicts = std::exchange(verdicts_, {});
  // In one order with those who extend leases, so that they cannot wait for each other.
  std::sort(round.verdicts.begin(), round.verdicts.end(), [](const auto& a, const auto& b) {
    return a.item.id < b.item.id;
  });
  round.shares = shares_;
  const auto most = mode_ == Mode::open ? capacity() : 0;
  round.room = held_.size() >= most ? 0 : most - held_.size();
  if (round.room > 0) woken_ = false;
  if (claimed_unseen_) {
    round.known.emplace();
    for (const auto& [id, holding] : held_)
      round.known->insert(id);
  }
  storing_ = true;
  return round;
}

Lane::Stored Lane::store(Round& round) {
  const auto begun = steady_clock::now();
  auto all = database_.write([&](sql::Connection& connection) {
    Stored stored;
    round.blamed.reset();
    const auto now = clock_.now_ms();
    auto shares = round.shares;
    const Claimant claimant{name_, options_.owner, options_.lease, concurrency_.max_attempts};
    Claim claim(claimant, round.room, now, shares, listeners());
    const auto decisions = decisions_of(round, now);
    std::vector<sql::Statement> statements;
    statements.reserve(decisions.size() + 1);
    for (const auto& decision : decisions)
      statements.push_back(statement_of(decision, now, listeners()));
    if (round.room > 0 && !round.known) statements.push_back(claim.question(connection.dialect()));
    auto answers = statements.empty() ? std::vector<sql::Rows>() : connection.query_all(statements);
    conclude_all(connection, round, decisions, answers, stored);
    stored.known_returned = round.known.has_value();
    if (round.known)
      return_unknown(connection, name_, options_.owner, *round.known, now, listeners());
    if (round.room == 0) return stored;
    if (round.known) {
      const auto question = claim.question(connection.dialect());
      answers.push_back(connection.query(question.sql, question.values));
    }
    stored.claimed = claim.finish(connection, std::move(answers.back()));
    stored.asked_at = now;
    stored.next_run_at = claim.next_run_at();
    stored.counted.claimed = stored.claimed.size();
    return stored;
  });
  const std::lock_guard lock(mutex_);
  pace_.stored(steady_clock::now() - begun);
  return all;
}

std::vector<Decision> Lane::decisions_of(const Round& round, UnixMillis now) const {
  std::vector<Decision> decisions;
  decisions.reserve(round.verdicts.size());
  for (const auto& [item, outcome, worked] : round.verdicts) {
    Decision decision{.item = &item, .reason = outcome.reason, .with = &outcome.with};
    switch (outcome.kind) {
      case Outcome::Kind::done:
        decision.change = Change::done;
        break;
      case Outcome::Kind::dead:
        decision.change = Change::buried;
        break;
      case Outcome::Kind::cancelled:
        decision.change = Change::cancelled;
        break;
      case Outcome::Kind::snooze:
        decision.change = Change::snoozed;
        decision.run_at = outcome.until;
        break;
      case Outcome::Kind::retry: {
        const auto retry = static_cast<std::size_t>(std::max<std::int64_t>(item.attempts - 1, 0));
        const auto delay = outcome.delay.value_or(options_.backoff.jittered(retry));
        decision = retried(item, outcome.reason, now + delay.count());
        decision.with = &outcome.with;
        break;
      }
    }
    decisions.push_back(std::move(decision));
  }
  return decisions;
}

void Lane::conclude_all(sql::Connection& connection,
                        Round& round,
                        const std::vector<Decision>& decisions,
                        std::vector<sql::Rows>& answers,
                        Stored& stored) const {
  auto& counts = stored.counted;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    if (round.verdicts[i].outcome.with) round.blamed = i;
    const auto now = clock_.now_ms();
    const auto change = conclude(connection, decisions[i], std::move(answers[i]), now, listeners());
    round.blamed.reset();
    if (!change) {
      ++counts.lost;
      continue;
    }
    if (*change == Change::done) ++counts.done;
    if (*change == Change::buried) ++counts.dead;
    if (*change == Change::cancelled) ++counts.cancelled;
    if (*change == Change::snoozed) ++counts.snoozed;
    if (*change == Change::retried) ++counts.retried;
    stored.verdicts.emplace_back(i, *change);
  }
}

void Lane::tell(const Round& round, const Stored& stored) const {
  if (!options_.on_outcome) return;
  for (const auto& [i, change] : stored.verdicts) {
    const auto& [item, outcome, worked] = round.verdicts[i];
    if (!worked) continue;
    const bool as_said = change != Change::cancelled || outcome.kind == Outcome::Kind::cancelled;
    options_.on_outcome(item, as_said ? outcome : Outcome::cancelled(outcome.reason));
  }
}

void Lane::settle(Stored stored) {
  {
    const std::lock_guard lock(mutex_);
    statistics_ += stored.counted;
    if (stored.asked_at) next_run_at_ = stored.next_run_at;
    if (const auto heard_of = std::exchange(heard_of_, std::nullopt))
      next_run_at_ = std::min(next_run_at_.value_or(*heard_of), *heard_of);
    if (stored.known_returned) claimed_unseen_ = false;
    // Due, and not given to us: another server holds the rows just now, or one was added between
    // the two statements.
    const bool missed = stored.asked_at && stored.claimed.empty() && stored.next_run_at &&
                        *stored.next_run_at <= *stored.asked_at;
    if (missed) contended_until_ = steady_clock::now() + options_.contention_pause;
    for (auto& item : stored.claimed) {
      if (mode_ != Mode::open) {  // begun while this was being stored
        give_back(std::move(item));
      } else {
        held_.emplace(item.id, Holding{item.fence});
        shares_.take(item.fair_key);
        waiting_.push_back({std::move(item), clock_.monotonic()});
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
    if (round.stopping) {
      statistics_.lost += round.verdicts.size();
      round.verdicts.clear();
    }
    if (round.apart) apart_ += round.verdicts.size();
    claimed_unseen_ = claimed_unseen_ || round.room > 0;
    put_off(std::move(round));
  }
  idle_.notify_all();
}

// The store does not take something of this, and so nothing of it: the verdicts are stored each by
// itself, first with the attempt spent instead of their results; one that is refused even so is
// given up, and its lease runs out.
void Lane::settle_refusal(Round round, const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    // What a deferred statement of somebody's did is nobody's in particular.
    if (round.blamed || round.apart) {
      auto& outcome = round.verdicts[round.blamed.value_or(0)].outcome;
      if (outcome.with) {
        outcome = Outcome::retry(why);
      } else if (round.apart) {
        ++statistics_.lost;
        round.verdicts.clear();
      }
    }
    apart_ += round.verdicts.size();
    put_off(std::move(round));
  }
  idle_.notify_all();
}

// Its lock is held.
void Lane::put_off(Round round) {
  std::move(verdicts_.begin(), verdicts_.end(), std::back_inserter(round.verdicts));
  verdicts_ = std::move(round.verdicts);
  woken_ = true;
  storing_ = false;
  not_before_ = steady_clock::now() + store_pause;
}

}  // namespace bot::queue
