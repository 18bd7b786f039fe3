#include "server/queue/dispatcher.hpp"

#include <algorithm>

#include "server/queue/lane.hpp"
#include "server/queue/queue.hpp"

namespace bot::queue {

Dispatcher::Dispatcher(store::Database& database, const Clock& clock, DispatcherOptions options)
    : database_(database), clock_(clock), options_(std::move(options)) {}

Dispatcher::~Dispatcher() {
  for (auto& lane : lanes_)
    lane->drain();
  // The keeper goes on until the last handler is through.
  for (auto& lane : lanes_)
    lane->wait_until_idle(std::chrono::steady_clock::time_point::max());
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ending_changed_.notify_all();
  if (keeper_.joinable()) keeper_.join();
}

void Dispatcher::handle(std::string lane, Concurrency concurrency, Handler handler) {
  concurrency.workers = std::max(concurrency.workers, 1);
  lanes_.push_back(std::make_unique<Lane>(
      std::move(lane), concurrency, std::move(handler), database_, clock_, options_));
}

void Dispatcher::start() {
  database_.write([this](sql::Connection& connection) {
    return_leases_of(connection, options_.owner, clock_.now_ms());
    return_expired(connection, clock_.now_ms());
  });
  keeper_ = std::thread([this] { keep_leases(); });
  for (auto& lane : lanes_)
    lane->start();
}

bool Dispatcher::stop(Millis limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  for (auto& lane : lanes_)
    lane->drain();
  bool all = true;
  for (auto& lane : lanes_)
    all = lane->wait_until_idle(until) && all;
  return all;
}

void Dispatcher::wake(std::string_view lane, std::optional<UnixMillis> run_at) {
  for (auto& each : lanes_) {
    if (each->name() == lane) each->wake(run_at);
  }
}

DispatcherStatistics Dispatcher::statistics() const {
  DispatcherStatistics sum;
  for (const auto& lane : lanes_) {
    const auto one = lane->statistics();
    sum.claimed += one.claimed;
    sum.done += one.done;
    sum.retried += one.retried;
    sum.dead += one.dead;
    sum.snoozed += one.snoozed;
    sum.lost += one.lost;
  }
  return sum;
}

// On a thread of its own, so that no busy lane can make a lease run out.
void Dispatcher::keep_leases() {
  const auto period = std::max(options_.lease / 3, Millis(1));
  const auto pause = std::min(options_.look_every.value_or(period), period);
  auto extended_at = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!ending_changed_.wait_for(lock, pause, [this] { return ending_; })) {
    lock.unlock();
    try {
      if (options_.look_every) look_for_due();
      if (std::chrono::steady_clock::now() - extended_at + pause > period) {
        extended_at = std::chrono::steady_clock::now();
        extend_and_return();
      }
    } catch (const Fault&) {
      // The store is away; the next round comes well before the leases run out.
    }
    lock.lock();
  }
}

void Dispatcher::look_for_due() {
  const auto due = database_.read([this](sql::Connection& connection) {
    std::vector<std::string> lanes;
    for (const auto& lane : lanes_) {
      const auto next = next_run_at(connection, lane->name());
      if (next && *next <= clock_.now_ms()) lanes.push_back(lane->name());
    }
    return lanes;
  });
  for (const auto& lane : due)
    wake(lane);
}

void Dispatcher::extend_and_return() {
  std::vector<Lane::Held> held;
  for (const auto& lane : lanes_) {
    const auto some = lane->held();
    held.insert(held.end(), some.begin(), some.end());
  }
  const auto with_work = database_.write([&](sql::Connection& connection) {
    const auto now = clock_.now_ms();
    for (const auto& [id, fence] : held)
      extend(connection, id, fence, now + options_.lease.count());
    return return_expired(connection, now);
  });
  for (const auto& lane : with_work)
    wake(lane);
}

}  // namespace bot::queue
