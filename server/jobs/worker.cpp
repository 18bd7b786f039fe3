#include "server/jobs/worker.hpp"

#include <algorithm>
#include <utility>

#include "base/fault.hpp"
#include "server/jobs/job.hpp"

namespace bot::jobs {
namespace {

using store::WorkerStatus;
using store::WorkerWish;

constexpr Millis keep_rows = std::chrono::hours{24 * 7};
// Of the time that a stop may take, what is kept for those that do not end by themselves.
constexpr Millis most_of_the_rest{3000};
constexpr int part_for_the_rest = 5;
// After that: for what is stored at the end, and of this, for the very last words, and of these,
// for the sign.
constexpr Millis time_to_store{2000};
constexpr Millis time_to_tell{500};
constexpr Millis time_to_hide{200};

bool ends_for_good(const queue::Item& item, const queue::Outcome& outcome) {
  if (outcome.kind == queue::Outcome::Kind::dead) return true;
  return outcome.kind == queue::Outcome::Kind::retry && item.attempts >= item.max_attempts;
}

// Work that is no job is shown by its lane and number.
std::string name_of(const queue::Item& item) {
  return job_id_of(item).value_or(item.lane + " " + std::to_string(item.id));
}

Millis left_until(std::chrono::steady_clock::time_point until) {
  return std::max(std::chrono::ceil<Millis>(until - std::chrono::steady_clock::now()), Millis{0});
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
      row_{.id = options_.id,
           .host = options_.process.host,
           .pid = options_.process.pid,
           .pid_started_at = options_.process.started_at,
           .version = options_.version,
           .lanes = options_.lanes,
           .concurrency = options_.concurrency,
           .beat_interval = options_.beat_interval},
      dispatcher_(database, clock, this->dispatching(std::move(dispatching))) {
  if (sign == nullptr) return;
  pulse_ = std::make_unique<Pulse>(
      *sign, [this] { return picture(); }, options_.look_every);
}

Worker::~Worker() {
  end_beats();
  if (pulse_) pulse_->end();
  thread_.join();
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
      if (auto free = may_follow(options_, *before, now); !free) return free;
    }
    workers.forget_unseen_since(now - keep_rows.count());
    workers.put(row_);
    return Unit{};
  });
  if (!begun) return begun;
  started_ = true;
  dispatcher_.start();
  thread_.start([this] { loop(); });
  if (pulse_) pulse_->start();
  return Unit{};
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
  const auto rest = std::min(limit / part_for_the_rest, most_of_the_rest);
  const auto until = Instant::clock::now() + limit;
  const auto told_by = std::max(until, until - rest / 2 + time_to_store);
  {
    const std::lock_guard one_at_a_time(mode_mutex_);
    change_to(WorkerStatus::stopping);
    dispatcher_.quiet();
  }
  bool all = dispatcher_.stop(left_until(until - rest));
  if (!all) {
    const auto grace = rest / 2;
    dispatcher_.give_back_running(grace, left_until(told_by - grace - time_to_tell));
    all = dispatcher_.stop(Millis{0});
  }
  change_to(WorkerStatus::stopped);
  end_beats();
  // Where another has the id, the answer to the last beat says so, and the sign is that one's.
  thread_.wait_until(told_by - time_to_hide);
  if (pulse_) pulse_->end();
  const bool hidden = !pulse_ || pulse_->wait_until(told_by);
  return thread_.wait_until(told_by) && hidden && all;
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
  if (pulse_) pulse_->wake();
  if (options_.on_status) options_.on_status(status);
}

void Worker::end_beats() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
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
  const bool stopped = row_.beat.status == WorkerStatus::stopped;
  lock.unlock();
  if (stopped) beat();
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
  const auto shown = picture();
  const std::lock_guard lock(mutex_);
  if (shown && shown->beat.current_job != told_job_) beat_due_ = true;
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

// A name is made once: a payload can be long.
std::optional<Worker::ShownItem> Worker::item_to_show() const {
  const auto running = dispatcher_.running();
  if (running.empty()) return std::nullopt;
  std::optional<ShownItem> shown;
  {
    const std::lock_guard lock(mutex_);
    shown = shown_item_;
  }
  if (shown && std::find(running.begin(), running.end(), shown->id) != running.end()) return shown;
  const auto item = dispatcher_.running(running.front());
  if (!item) return std::nullopt;
  return ShownItem{item->id, name_of(*item)};
}

std::optional<store::WorkerRow> Worker::picture() {
  auto item = item_to_show();
  const std::lock_guard lock(mutex_);
  if (replaced_) return std::nullopt;
  row_.beat.current_job = item ? std::optional(item->name) : std::nullopt;
  row_.beat.seen_at = clock_.now_ms();
  shown_item_ = std::move(item);
  return row_;
}

void Worker::beat(std::optional<WorkerWish> fulfilled) {
  const auto row = picture();
  if (!row) return;
  told_job_ = row->beat.current_job;
  tell_database(*row, fulfilled);
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
