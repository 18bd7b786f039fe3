// The half of a lane that runs handlers and watches over those that run.
#include <algorithm>
#include <utility>

#include "server/queue/lane.hpp"

namespace bot::queue {
namespace {

using std::chrono::steady_clock;

constexpr Millis unavailable_delay{1000};
// So many threads for each worker there may be, while handlers do not come back.
constexpr int most_threads_of_one = 4;

}  // namespace

// Its lock is held.
void Lane::add_worker() {
  ++live_;
  threads_.emplace_back([this] { work(); });
}

void Lane::work() {
  std::unique_lock lock(mutex_);
  while (work_on_one(lock)) {
  }
  --live_;
  ended_.push_back(std::this_thread::get_id());
}

bool Lane::work_on_one(std::unique_lock<std::mutex>& lock) {
  workers_wake_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
  if (waiting_.empty()) return false;
  auto item = std::move(waiting_.front().item);
  waiting_.pop_front();
  const auto call = std::make_shared<Call>();
  held_.at(item.id).begun = Begun{&item, clock_.monotonic(), limit_of(item), call};
  lock.unlock();
  const auto begun = steady_clock::now();
  auto outcome = run_handler(item, call);
  lock.lock();
  pace_.handled(steady_clock::now() - begun);
  const auto held = held_.find(item.id);
  if (held == held_.end() || !held->second.begun || held->second.begun->call != call) {
    // It was taken from us, and somebody has our place.
    ++statistics_.lost;
    --stuck_;
    idle_.notify_all();
    return live_ - stuck_ <= concurrency_.workers;
  }
  let_go(item);
  verdicts_.push_back({.item = std::move(item), .outcome = std::move(outcome), .worked = true});
  pump_wakes_.notify_one();
  return true;
}

Outcome Lane::run_handler(const Item& item, const std::shared_ptr<Call>& call) {
  Outcome outcome;
  try {
    outcome = handler_(item, Call::run(call));
  } catch (const Unavailable&) {
    outcome = Outcome::snooze(clock_.now_ms() + unavailable_delay.count());
  } catch (const std::exception& failure) {
    outcome = Outcome::retry(failure.what());
  }
  return judged(item, std::move(outcome), call->reason());
}

// What is done is done, and what is hopeless stays so; of the rest, why it was asked to stop says
// more than what it made of that.
Outcome Lane::judged(const Item& item, Outcome outcome, StopReason reason) const {
  if (outcome.kind == Outcome::Kind::done || outcome.kind == Outcome::Kind::dead) return outcome;
  auto with = std::move(outcome.with);
  if (reason == StopReason::time_limit) {
    outcome = too_long(item);
  } else if (reason == StopReason::shutdown && outcome.kind != Outcome::Kind::snooze) {
    outcome = Outcome::snooze(item.run_at);
  }
  outcome.with = std::move(with);
  return outcome;
}

Outcome Lane::too_long(const Item& item) const {
  const auto limit = *limit_of(item);
  const bool whole = limit.count() % 1000 == 0;
  return Outcome::retry("ran longer than " + (whole ? std::to_string(limit.count() / 1000) + " s"
                                                    : format_duration(limit)));
}

std::optional<Millis> Lane::limit_of(const Item& item) const {
  return item.time_limit ? item.time_limit : concurrency_.time_limit;
}

void Lane::let_go(const Item& item) {
  held_.erase(item.id);
  shares_.give_back(item.fair_key);
}

void Lane::give_back(Item item) {
  const auto run_at = item.run_at;
  verdicts_.push_back({.item = std::move(item), .outcome = Outcome::snooze(run_at)});
}

void Lane::give_back_waiting() {
  for (auto& [item, since] : waiting_) {
    let_go(item);
    give_back(std::move(item));
  }
  waiting_.clear();
}

void Lane::take_from(const Begun& begun, Outcome outcome) {
  auto item = *begun.item;
  let_go(item);
  ++stuck_;
  verdicts_.push_back({.item = std::move(item), .outcome = std::move(outcome), .worked = true});
}

// Others go on with its work, as long as that does not happen all the time.
void Lane::replace_stuck_worker() {
  for (const auto id : std::exchange(ended_, {})) {
    const auto ended = std::find_if(threads_.begin(), threads_.end(), [&](const auto& thread) {
      return thread.get_id() == id;
    });
    ended->join();
    threads_.erase(ended);
  }
  if (live_ < most_threads_of_one * concurrency_.workers) add_worker();
}

void Lane::ask_to_stop(StopReason reason) {
  std::vector<std::shared_ptr<Call>> calls;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, holding] : held_) {
      if (holding.begun) calls.push_back(holding.begun->call);
    }
  }
  for (const auto& call : calls)
    call->ask_to_stop(reason);
}

std::size_t Lane::give_back_running() {
  std::size_t given_back = 0;
  {
    const std::lock_guard lock(mutex_);
    std::vector<Begun> all;
    for (const auto& [id, holding] : held_) {
      if (holding.begun) all.push_back(*holding.begun);
    }
    for (const auto& begun : all)
      take_from(begun, Outcome::snooze(begun.item->run_at));
    given_back = all.size();
  }
  pump_wakes_.notify_one();
  return given_back;
}

void Lane::cancel(std::int64_t id) {
  std::shared_ptr<Call> call;
  {
    const std::lock_guard lock(mutex_);
    const auto held = held_.find(id);
    if (held == held_.end()) return;
    if (held->second.begun) {
      call = held->second.begun->call;
    } else {
      const auto waiting = std::find_if(
          waiting_.begin(), waiting_.end(), [&](const auto& each) { return each.item.id == id; });
      auto item = std::move(waiting->item);
      waiting_.erase(waiting);
      let_go(item);
      give_back(std::move(item));
    }
  }
  if (call) call->ask_to_stop(StopReason::cancelled);
  pump_wakes_.notify_one();
}

void Lane::watch() {
  std::vector<std::shared_ptr<Call>> too_late;
  {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.monotonic();
    std::vector<Begun> deaf;
    Millis longest{0};
    for (const auto& [id, holding] : held_) {
      if (!holding.begun) continue;
      const auto& begun = *holding.begun;
      const auto took = now - begun.since;
      longest = std::max(longest, took);
      if (!begun.limit || took < *begun.limit) continue;
      too_late.push_back(begun.call);
      if (took >= *begun.limit + options_.stop_grace) deaf.push_back(begun);
    }
    for (const auto& begun : deaf) {
      take_from(begun, too_long(*begun.item));
      replace_stuck_worker();
    }
    if (!waiting_.empty() && now - waiting_.front().since >= options_.watch_every) {
      pace_.hangs(longest);
      give_back_waiting();
    }
    if (!verdicts_.empty()) pump_wakes_.notify_one();
  }
  for (const auto& call : too_late)
    call->ask_to_stop(StopReason::time_limit);
}

std::vector<Lane::Held> Lane::held() const {
  const std::lock_guard lock(mutex_);
  std::vector<Held> all;
  for (const auto& [id, holding] : held_) {
    const auto& begun = holding.begun;
    const bool past = begun && begun->limit && clock_.monotonic() - begun->since >= *begun->limit;
    if (!past) all.push_back({id, holding.fence});
  }
  return all;
}

bool Lane::hangs() const {
  const std::lock_guard lock(mutex_);
  return live_ > 0 && stuck_ == live_;
}

std::vector<std::int64_t> Lane::running() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> ids;
  for (const auto& [id, holding] : held_) {
    if (holding.begun) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::optional<Item> Lane::running(std::int64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(id);
  if (held == held_.end() || !held->second.begun) return std::nullopt;
  return *held->second.begun->item;
}

}  // namespace bot::queue
