#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "base/result.hpp"
#include "server/store/worker_store.hpp"

namespace bot::jobs {

// The process that a worker is part of, told from others that have its number later.
struct WorkerProcess {
  std::string host;
  std::int64_t pid = 0;
  std::int64_t started_at = 0;  // clock ticks since the machine's boot
};

struct WorkerOptions {
  // Owner of the leases: a worker that starts again under its id has what it held returned.
  std::string id;
  std::string version;
  WorkerProcess process;
  std::vector<std::string> lanes;  // that its dispatcher has handlers for
  std::int64_t concurrency = 1;    // as it is shown
  Millis beat_interval{30'000};
  // How often it looks whether somebody wants something of it.
  Millis look_every{1000};
  // Whether the process of a row that has this id is there still; may be empty: none is.
  std::function<bool(const store::WorkerRow&)> lives = {};
  // What is done with a row of this id that another machine wrote, where nobody can look, and which
  // was heard of within two of its intervals.
  enum class Elsewhere { replaced, refused };
  Elsewhere elsewhere = Elsewhere::replaced;
  // It is wanted to end, with the reason in words; on a thread of the worker's, once until it is
  // resumed, and not while it stops. Whoever owns it calls stop, on another thread, or quiet. May
  // be empty.
  std::function<void(const std::string& why)> on_end = {};
  // Changes between running, quiet and so on, on whatever thread makes them. Must be quick and not
  // throw; may be empty.
  std::function<void(store::WorkerStatus)> on_status = {};
};

// Whether a worker may take the id of the one that wrote this row. Errors: conflict, when that one
// lives here or, where such are refused, may live elsewhere.
Status may_follow(const WorkerOptions& options, const store::WorkerRow& before, UnixMillis now);

}  // namespace bot::jobs
