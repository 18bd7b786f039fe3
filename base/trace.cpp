#include "base/trace.hpp"

#include <utility>

namespace bot {
namespace {

thread_local Trace* current = nullptr;

}  // namespace

TraceScope::TraceScope(Trace& trace) : before_(std::exchange(current, &trace)) {}

TraceScope::~TraceScope() {
  current = before_;
}

const Trace& current_trace() {
  static const Trace none;
  return current == nullptr ? none : *current;
}

void trace_meeting(std::int64_t meeting_id) {
  if (current != nullptr) current->meeting_id = meeting_id;
}

}  // namespace bot
