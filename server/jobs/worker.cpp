#include "server/jobs/worker.hpp"

#include <algorithm>
#include <utility>

#include "base/fault.hpp"
#include "client/types/json.hpp"
#include "server/queue/queue.hpp"

namespace bot::jobs {
namespace {

using store::WorkerStatus;
using store::WorkerWish;

constexpr Millis keep_rows = std::chrono::hours{24 * 7};
// Of the time that a stop may take, what is kept for those that do not end by themselves.
constexpr Millis most_of_the_rest{3000};
constexpr int part_for_the_rest = 5;

bool ends_for_good(const queue::Item& item, const queue::Outcome& outcome) {
  if (outcome.kind == queue::Outcome::Kind::dead) return true;
  return outcome.kind == queue::Outcome::Kind::retry && item.attempts >= item.max_attempts;
}

}  // namespace

Worker::Worker(store::Database& database,
               const Clock& clock,
               WorkerOptions options,
               queue::DispatcherOptions dispatching,
               HealthSign* sign)
    : database_(database),
      clock_(clock),
      options_(std::move(options)),
      sign_(sign),
      row_{.id = options_.id,
           .host = options_.process.host,
           .pid = options_.process.pid,
           .pid_started_at = options_.process.started_at,
           .version = options_.version,
           .lanes = options_.lanes,
           .concurrency = options_.concurrency,
           .beat_interval = options_.beat_interval},
      dispatcher_(database, clock, this->dispatching(std::move(dispatching))) {}

Worker::~Worker() {
  end_thread();
}

queue::DispatcherOptions Worker::dispatching(queue::DispatcherOptions options) {
  options.owner = options_.id;
  options.on_outcome = [this, told = std::move(options.on_outcome)](const auto& item,
                                                                    const auto& outcome) {
    count(item, outcome);
    if (told) told(item, outcome);
  };
  return options;
}

void Worker::count(const queue::Item& item, const queue::Outcome& outcome) {
  if (outcome.kind == queue::Outcome::Kind::snooze) return;
  const std::lock_guard lock(mutex_);
  auto& beat = row_.beat;
  ++beat.processed;
  if (outcome.kind == queue::Outcome::Kind::done) ++beat.succeeded;
  if (ends_for_good(item, outcome)) ++beat.failed;
  beat.progress_at = clock_.now_ms();
}

Status Worker::start() {
  const auto now = clock_.now_ms();
  row_.started_at = now;
  row_.beat.seen_at = now;
  auto begun = database_.write([&](sql::Connection& connection) -> Status {
    store::WorkerStore workers(connection);
    const auto before = workers.find(options_.id);
    if (before) {
      if (auto free = may_follow(*before, now); !free) return free;
    }
    workers.forget_unseen_since(now - keep_rows.count());
    workers.put(row_);
    return Unit{};
  });
  if (!begun) return begun;
  started_ = true;
  dispatcher_.start();
  thread_ = std::thread([this] { loop(); });
  return Unit{};
}

Status Worker::may_follow(const store::WorkerRow& before, UnixMillis now) const {
  if (before.beat.status == WorkerStatus::stopped) return Unit{};
  if (options_.lives && options_.lives(before)) {
    return Error{.code = Errc::conflict,
                 .message = "a worker " + options_.id + " is running on this machine, as process " +
                            std::to_string(before.pid),
                 .hint = "give this one another id, or end that one first"};
  }
  if (options_.elsewhere == WorkerOptions::Elsewhere::replaced ||
      before.host == options_.process.host || before.is_lost(now)) {
    return Unit{};
  }
  const auto silent_at = before.beat.seen_at + 2 * before.beat_interval.count();
  return Error{.code = Errc::conflict,
               .message = "a worker " + options_.id + " is running on " + before.host,
               .hint =
                   "give this one another id, or end that one first; when it was killed, its "
                   "id is free in " +
                   std::to_string((silent_at - now) / 1000 + 1) + " s"};
}

void Worker::quiet() {
  const std::lock_guard one_at_a_time(mode_mutex_);
  dispatcher_.quiet();
  change_to(WorkerStatus::quiet);
}

void Worker::resume() {
  const std::lock_guard one_at_a_time(mode_mutex_);
  {
    const std::lock_guard lock(mutex_);
    if (row_.beat.status != WorkerStatus::quiet) return;
    end_wanted_ = false;
  }
  dispatcher_.resume();
  change_to(WorkerStatus::running);
}

bool Worker::stop(Millis limit) {
  if (!std::exchange(started_, false)) return true;
  {
    const std::lock_guard one_at_a_time(mode_mutex_);
    change_to(WorkerStatus::stopping);
    dispatcher_.quiet();
  }
  const auto rest = std::min(limit / part_for_the_rest, most_of_the_rest);
  bool all = dispatcher_.stop(limit - rest);
  if (!all) {
    dispatcher_.give_back_running(rest / 2);
    all = dispatcher_.stop(Millis{0});
  }
  end_thread();
  change_to(WorkerStatus::stopped);
  beat();
  return all;
}

store::WorkerRow Worker::row() const {
  const std::lock_guard lock(mutex_);
  return row_;
}

void Worker::change_to(WorkerStatus status) {
  {
    const std::lock_guard lock(mutex_);
    const auto before = row_.beat.status;
    const bool ends = before == WorkerStatus::stopping || before == WorkerStatus::stopped;
    const bool goes_on = status == WorkerStatus::running || status == WorkerStatus::quiet;
    if (before == status || (ends && goes_on)) return;
    row_.beat.status = status;
    beat_due_ = true;
  }
  changed_.notify_all();
  if (options_.on_status) options_.on_status(status);
}

void Worker::end_thread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Worker::loop() {
  const auto pause = std::min(options_.look_every, options_.beat_interval);
  Instant next_beat{};
  std::unique_lock lock(mutex_);
  while (!ending_) {
    const bool due =
        std::exchange(beat_due_, false) || std::chrono::steady_clock::now() >= next_beat;
    lock.unlock();
    if (due) {
      beat();
      next_beat = std::chrono::steady_clock::now() + options_.beat_interval;
    }
    look();
    lock.lock();
    changed_.wait_for(lock, pause, [this] { return ending_ || beat_due_; });
  }
}

void Worker::look() {
  try {
    const auto wish = database_.read_one([this](sql::Connection& connection) {
      return store::WorkerStore(connection).wanted(options_.id);
    });
    if (wish) obey(*wish);
  } catch (const Fault&) {
    // The store is away; the next look asks again.
  }
  if (dispatcher_.hangs()) want_end("its handlers do not come back");
  const auto item = item_to_show();
  const std::lock_guard lock(mutex_);
  if (item != shown_item_) beat_due_ = true;
}

void Worker::obey(WorkerWish wish) {
  switch (wish) {
    case WorkerWish::quiet:
      quiet();
      break;
    case WorkerWish::run:
      resume();
      break;
    case WorkerWish::stop:
      want_end("an administrator wants it to");
      break;
  }
  beat(wish);
}

void Worker::want_end(const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    const auto status = row_.beat.status;
    if (status == WorkerStatus::stopping || status == WorkerStatus::stopped) return;
    if (std::exchange(end_wanted_, true)) return;
  }
  if (options_.on_end) options_.on_end(why);
}

std::optional<std::int64_t> Worker::item_to_show() const {
  const auto running = dispatcher_.running();
  if (running.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const bool still_runs =
      shown_item_ && std::find(running.begin(), running.end(), *shown_item_) != running.end();
  return still_runs ? shown_item_ : std::optional(running.front());
}

// Work that is no job is shown by its lane and number.
std::optional<std::string> Worker::job_of(std::optional<std::int64_t> item) const {
  if (!item) return std::nullopt;
  try {
    const auto found = database_.read_one(
        [&](sql::Connection& connection) { return queue::find(connection, *item); });
    if (!found) return std::nullopt;
    const auto payload = types::Json::parse(found->payload, nullptr, false);
    const auto job = payload.is_object() ? payload.find("job_id") : payload.end();
    if (job != payload.end() && job->is_string()) return job->get<std::string>();
    return found->lane + " " + std::to_string(found->id);
  } catch (const Fault&) {
    return std::nullopt;
  }
}

void Worker::beat(std::optional<WorkerWish> fulfilled) {
  const auto item = item_to_show();
  const auto job = job_of(item);
  store::WorkerRow row;
  {
    const std::lock_guard lock(mutex_);
    if (replaced_) return;
    shown_item_ = item;
    row_.beat.current_job = job;
    row_.beat.seen_at = clock_.now_ms();
    row = row_;
  }
  tell_database(row, fulfilled);
  if (sign_ == nullptr) return;
  {
    const std::lock_guard lock(mutex_);
    if (replaced_) return;
  }
  if (row.beat.status == WorkerStatus::stopped) {
    sign_->hide();
  } else {
    sign_->show(health_text(row, row.beat.seen_at), 2 * options_.beat_interval);
  }
}

void Worker::tell_database(const store::WorkerRow& row, std::optional<WorkerWish> fulfilled) {
  try {
    const bool replaced = database_.write([&](sql::Connection& connection) {
      store::WorkerStore workers(connection);
      if (workers.beat(row.id, row.started_at, row.beat, fulfilled)) return false;
      if (workers.find(row.id)) return true;
      workers.put(row);
      return false;
    });
    if (!replaced) return;
    {
      const std::lock_guard lock(mutex_);
      replaced_ = true;
    }
    want_end("another worker has taken its id");
  } catch (const Fault&) {
    // The store is away; the next beat comes with the next interval.
  }
}

}  // namespace bot::jobs
