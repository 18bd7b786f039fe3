// What the tests of a worker have in common.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "client/types/json.hpp"
#include "server/jobs/worker.hpp"
#include "server/queue/queue.hpp"
#include "tests/fakes/base/manual_clock.hpp"
#include "tests/fakes/base/soon.hpp"

namespace bot::jobs {

class RecordingSign final : public HealthSign {
 public:
  void show(const std::string& text, Millis time_to_live) override {
    const std::lock_guard lock(mutex_);
    shown_.push_back(types::Json::parse(text));
    time_to_live_ = time_to_live;
  }
  void hide() override {
    const std::lock_guard lock(mutex_);
    hidden_ = true;
  }

  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return shown_.size();
  }
  types::Json last() const {
    const std::lock_guard lock(mutex_);
    return shown_.empty() ? types::Json::object() : shown_.back();
  }
  Millis time_to_live() const {
    const std::lock_guard lock(mutex_);
    return time_to_live_;
  }
  bool hidden() const {
    const std::lock_guard lock(mutex_);
    return hidden_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<types::Json> shown_;
  Millis time_to_live_{};
  bool hidden_ = false;
};

// Lets a handler go that waits for it, after a while by itself: a failed expectation is no reason
// to wait for ever.
class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void open() { open_ = true; }
  void wait() const {
    soon([this] { return open_.load(); }, std::chrono::seconds{25});
  }

 private:
  std::atomic<bool> open_{false};
};

// A handler that does not return before it is let go.
class HeldHandler {
 public:
  queue::StoppableHandler handler() {
    return [this](const queue::Item&, const queue::Run&) {
      begun_ = true;
      end_.wait();
      return queue::Outcome::done();
    };
  }
  bool begins() const {
    return soon([this] { return begun_.load(); });
  }
  void let_go() { end_.open(); }

 private:
  std::atomic<bool> begun_{false};
  Gate end_;
};

class WorkerCase : public testing::Test {
 protected:
  explicit WorkerCase(const store::DatabaseOptions& options = {.path = ":memory:"})
      : database_(options, clock_) {}

  WorkerOptions options() const {
    return {.id = "worker-1",
            .version = "1.0.0",
            .process = {"alpha", 4711, 99},
            .lanes = {"jobs"},
            .beat_interval = Millis{40},
            .look_every = Millis{5}};
  }
  std::unique_ptr<Worker> make(WorkerOptions options, queue::StoppableHandler handler) {
    auto worker = std::make_unique<Worker>(
        database_, clock_, std::move(options), queue::DispatcherOptions{}, &sign_);
    worker->dispatcher().handle("jobs", 1, std::move(handler));
    return worker;
  }
  std::unique_ptr<Worker> make(queue::StoppableHandler handler) {
    return make(options(), std::move(handler));
  }
  // One whose attempts may take a second, and a tenth of one more when they are asked to stop.
  std::unique_ptr<Worker> make_with_limit(WorkerOptions options, queue::StoppableHandler handler) {
    queue::DispatcherOptions dispatching;
    dispatching.watch_every = Millis{5};
    dispatching.stop_grace = Millis{100};
    auto worker = std::make_unique<Worker>(
        database_, clock_, std::move(options), std::move(dispatching), &sign_);
    queue::Concurrency concurrency(1);
    concurrency.time_limit = Millis{1000};
    worker->dispatcher().handle("jobs", concurrency, std::move(handler));
    return worker;
  }
  static queue::StoppableHandler at_once() {
    return [](const queue::Item&, const queue::Run&) { return queue::Outcome::done(); };
  }

  std::int64_t add(const std::string& payload = R"({"job_id":"job-1"})") {
    return *database_.write([&](sql::Connection& connection) {
      return queue::enqueue(connection,
                            {.lane = "jobs", .kind = "test", .payload = payload, .max_attempts = 3},
                            clock_.now_ms());
    });
  }
  queue::Item item(std::int64_t id) {
    return *database_.read(
        [&](sql::Connection& connection) { return queue::find(connection, id); });
  }
  bool becomes(std::int64_t id, queue::ItemStatus status) {
    return soon([&] { return item(id).status == status; });
  }
  store::WorkerRow row() {
    return database_
        .read([](sql::Connection& connection) {
          return store::WorkerStore(connection).find("worker-1");
        })
        .value_or(store::WorkerRow{});
  }
  void want(store::WorkerWish wish) {
    database_.write([&](sql::Connection& connection) {
      store::WorkerStore(connection).want("worker-1", wish);
    });
  }

  ManualClock clock_;
  store::Database database_;
  RecordingSign sign_;
};

}  // namespace bot::jobs
