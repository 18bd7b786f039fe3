#include "server/queue/dispatcher.hpp"

#include <algorithm>

#include "server/queue/lane.hpp"
#include "server/queue/queue.hpp"

namespace bot::queue {

Dispatcher::Dispatcher(store::Database& database, const Clock& clock, DispatcherOptions options)
    : database_(database), clock_(clock), options_(std::move(options)) {}

Dispatcher::~Dispatcher() {
  for (auto& lane : lanes_)
    lane->stop();
  // The keeper goes on until the last handler is through.
  for (auto& lane : lanes_)
    lane->wait_until_idle(Lane::Instant::max());
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ending_changed_.notify_all();
  if (keeper_.joinable()) keeper_.join();
}

void Dispatcher::handle(std::string lane, Concurrency concurrency, Handler handler) {
  handle(std::move(lane),
         concurrency,
         [handler = std::move(handler)](const Item& item, const Run&) { return handler(item); });
}

void Dispatcher::handle(std::string lane, Concurrency concurrency, StoppableHandler handler) {
  concurrency.workers = std::max(concurrency.workers, 1);
  lanes_.push_back(std::make_unique<Lane>(
      std::move(lane), concurrency, std::move(handler), database_, clock_, options_));
}

const Listeners& Dispatcher::listeners() const {
  return options_.listeners != nullptr ? *options_.listeners : Listeners::none();
}

void Dispatcher::start() {
  database_.write([this](sql::Connection& connection) {
    return_leases_of(connection, options_.owner, clock_.now_ms(), listeners());
    return_expired(connection, clock_.now_ms(), listeners());
  });
  keeper_ = std::thread([this] { keep_leases(); });
  for (auto& lane : lanes_)
    lane->start();
}

void Dispatcher::quiet() {
  for (auto& lane : lanes_)
    lane->quiet();
}

void Dispatcher::resume() {
  for (auto& lane : lanes_)
    lane->resume();
}

bool Dispatcher::stop(Millis limit) {
  for (auto& lane : lanes_)
    lane->stop();
  return wait_until_idle(std::chrono::steady_clock::now() + limit);
}

bool Dispatcher::wait_until_idle(std::chrono::steady_clock::time_point until) {
  bool all = true;
  for (auto& lane : lanes_)
    all = lane->wait_until_idle(until) && all;
  return all;
}

std::size_t Dispatcher::give_back_running(Millis grace, Millis storing) {
  const auto until = std::chrono::steady_clock::now() + grace;
  for (auto& lane : lanes_) {
    lane->stop();
    lane->ask_to_stop(StopReason::shutdown);
  }
  if (wait_until_idle(until)) return 0;
  std::size_t given_back = 0;
  for (auto& lane : lanes_)
    given_back += lane->give_back_running();
  const auto stored_by = std::chrono::steady_clock::now() + storing;
  for (auto& lane : lanes_)
    lane->wait_until_stored(stored_by);
  return given_back;
}

void Dispatcher::notice_cancel(std::int64_t id) {
  for (auto& lane : lanes_)
    lane->cancel(id);
}

bool Dispatcher::hangs() const {
  return std::any_of(lanes_.begin(), lanes_.end(), [](const auto& lane) { return lane->hangs(); });
}

std::vector<std::int64_t> Dispatcher::running() const {
  std::vector<std::int64_t> all;
  for (const auto& lane : lanes_) {
    const auto some = lane->running();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::optional<Item> Dispatcher::running(std::int64_t id) const {
  for (const auto& lane : lanes_) {
    if (auto item = lane->running(id)) return item;
  }
  return std::nullopt;
}

void Dispatcher::wake(std::string_view lane, std::optional<UnixMillis> run_at) {
  for (auto& each : lanes_) {
    if (each->name() == lane) each->wake(run_at);
  }
}

DispatcherStatistics& DispatcherStatistics::operator+=(const DispatcherStatistics& other) {
  claimed += other.claimed;
  done += other.done;
  retried += other.retried;
  dead += other.dead;
  snoozed += other.snoozed;
  cancelled += other.cancelled;
  lost += other.lost;
  return *this;
}

DispatcherStatistics Dispatcher::statistics() const {
  DispatcherStatistics sum;
  for (const auto& lane : lanes_)
    sum += lane->statistics();
  return sum;
}

// On a thread of its own, so that no busy lane can make a lease run out.
void Dispatcher::keep_leases() {
  const auto period = std::max(options_.lease / 3, Millis(1));
  const auto watch_every = std::max(options_.watch_every, Millis(1));
  const auto pause = std::min({options_.look_every.value_or(period), watch_every, period});
  const auto is_due = [&](auto& last, Millis every) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last + pause <= every) return false;
    last = now;
    return true;
  };
  auto looked_at = std::chrono::steady_clock::now();
  auto watched_at = looked_at;
  auto extended_at = looked_at;
  std::unique_lock lock(mutex_);
  while (!ending_changed_.wait_for(lock, pause, [this] { return ending_; })) {
    lock.unlock();
    try {
      if (options_.look_every && is_due(looked_at, *options_.look_every)) look_for_due();
      if (is_due(watched_at, watch_every)) watch();
      if (is_due(extended_at, period)) extend_and_return();
    } catch (const Fault&) {
      // The store is away; the next round comes well before the leases run out.
    }
    lock.lock();
  }
}

// What takes too long is seen without the store.
void Dispatcher::watch() {
  bool holds = false;
  for (const auto& lane : lanes_) {
    lane->watch();
    holds = holds || !lane->held().empty();
  }
  if (!holds) return;
  const auto wanted = database_.read_one(
      [this](sql::Connection& connection) { return cancel_requests(connection, options_.owner); });
  for (const auto id : wanted)
    notice_cancel(id);
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
  std::sort(held.begin(), held.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  const auto with_work = database_.write([&](sql::Connection& connection) {
    const auto now = clock_.now_ms();
    std::vector<sql::Statement> extensions;
    extensions.reserve(held.size());
    for (const auto& [id, fence] : held)
      extensions.push_back(extension_of(id, fence, now + options_.lease.count()));
    if (!extensions.empty()) connection.query_all(extensions);
    return return_expired(connection, now, listeners());
  });
  for (const auto& lane : with_work)
    wake(lane);
}

}  // namespace bot::queue
