#include "server/jobs/pulse.hpp"

#include <algorithm>
#include <utility>

namespace bot::jobs {

using store::WorkerStatus;

Pulse::Pulse(HealthSign& sign, Look look, Millis look_every)
    : sign_(sign), look_(std::move(look)), look_every_(look_every) {}

Pulse::~Pulse() {
  end();
}

void Pulse::start() {
  thread_.start([this] { run(); });
}

void Pulse::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

void Pulse::end() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
}

void Pulse::run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    woken_ = false;
    lock.unlock();
    look();
    lock.lock();
    const auto until = std::min(std::chrono::steady_clock::now() + look_every_, next_);
    changed_.wait_until(lock, until, [this] { return ending_ || woken_; });
  }
  lock.unlock();
  const auto last = look_();
  if (last && last->beat.status == WorkerStatus::stopped) sign_.hide();
}

void Pulse::look() {
  auto row = look_();
  if (!row || row->beat.status == WorkerStatus::stopped) {
    next_ = Instant::max();
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  const bool same = shown_ && shown_->beat.status == row->beat.status &&
                    shown_->beat.current_job == row->beat.current_job;
  if (same && now < next_) return;
  next_ = now + row->beat_interval;
  sign_.show(health_text(*row, row->beat.seen_at), 2 * row->beat_interval);
  shown_ = std::move(row);
}

}  // namespace bot::jobs
