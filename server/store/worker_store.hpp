#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "drivers/sql.hpp"

namespace bot::store {

// What a worker is at, as it says itself. The names of the enumerators are stored.
enum class WorkerStatus { running, quiet, stopping, stopped };

std::string_view to_string(WorkerStatus status);

// What an administrator wants a worker to do. The names of the enumerators are stored.
enum class WorkerWish { quiet, run, stop };

std::string_view to_string(WorkerWish wish);

// What a worker says of itself at every heartbeat.
struct WorkerBeat {
  WorkerStatus status = WorkerStatus::running;
  UnixMillis seen_at = 0;
  std::optional<std::string> current_job = {};
  std::optional<UnixMillis> progress_at = {};  // when it last finished something
  std::int64_t processed = 0;                  // attempts
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;  // for good

  bool operator==(const WorkerBeat&) const = default;
};

// A process that works on the queue.
struct WorkerRow {
  std::string id;
  std::string host;
  std::int64_t pid = 0;
  std::int64_t pid_started_at = 0;  // clock ticks since the machine's boot
  std::string version;
  std::vector<std::string> lanes;
  std::int64_t concurrency = 0;
  UnixMillis started_at = 0;
  Millis beat_interval{};
  WorkerBeat beat = {};
  std::optional<WorkerWish> wanted = {};

  // It says that it is there and has not said so for two intervals. Compares clocks of two
  // machines.
  bool is_lost(UnixMillis now) const;
  // Takes items of this lane.
  bool works_on(std::string_view lane, UnixMillis now) const;

  bool operator==(const WorkerRow&) const = default;
};

class WorkerStore {
 public:
  explicit WorkerStore(sql::Connection& connection) : connection_(connection) {}

  // Adds it or replaces what is there; nothing is wanted of it yet.
  void put(const WorkerRow& worker);
  // Of the worker that began at `started_at`; a wish that was fulfilled is forgotten. False when
  // the row is not there or another's.
  bool beat(std::string_view id,
            UnixMillis started_at,
            const WorkerBeat& beat,
            std::optional<WorkerWish> fulfilled = {});
  // False when there is no such worker.
  bool want(std::string_view id, WorkerWish wish);
  std::optional<WorkerWish> wanted(std::string_view id);

  std::optional<WorkerRow> find(std::string_view id);
  // By id.
  std::vector<WorkerRow> all();
  // Those of which nothing was heard since.
  void forget_unseen_since(UnixMillis time);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::store
