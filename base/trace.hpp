// What the calling thread is working at, so that whoever tells of the work can say for whom it is
// done: a request's id, a meeting. Set by whoever begins the work; decides nothing but how long an
// answer may still take.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace bot {

struct Trace {
  std::string request_id = {};  // empty: no request
  std::int64_t meeting_id = 0;  // 0: none, or not known yet
  // When the request had arrived, before it waited for a worker.
  std::optional<std::chrono::steady_clock::time_point> arrived = {};
};

// While it lives, `trace` is its thread's; afterwards what was before. The trace must outlive it.
class TraceScope {
 public:
  explicit TraceScope(Trace& trace);
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;
  ~TraceScope();

 private:
  Trace* const before_;
};

// Of the calling thread; an empty one outside of every scope.
const Trace& current_trace();
// The work turned out to be about this meeting. Does nothing outside of every scope.
void trace_meeting(std::int64_t meeting_id);

}  // namespace bot
