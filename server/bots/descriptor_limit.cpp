#include "server/bots/descriptor_limit.hpp"

#include <optional>

namespace bot::bots {
namespace {

// Of the process, as the limit itself is; written before any thread is started.
std::optional<rlim_t> soft_at_start;

rlimit current_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

}  // namespace

void raise_descriptor_limit() {
  auto limit = current_limit();
  if (!soft_at_start) soft_at_start = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t descriptor_limit() {
  return static_cast<std::size_t>(current_limit().rlim_cur);
}

rlimit descriptor_limit_of_children() {
  auto limit = current_limit();
  limit.rlim_cur = soft_at_start.value_or(limit.rlim_cur);
  return limit;
}

}  // namespace bot::bots
