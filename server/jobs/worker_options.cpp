#include "server/jobs/worker_options.hpp"

namespace bot::jobs {

Status may_follow(const WorkerOptions& options, const store::WorkerRow& before, UnixMillis now) {
  if (before.beat.status == store::WorkerStatus::stopped) return Unit{};
  if (options.lives && options.lives(before)) {
    return Error{.code = Errc::conflict,
                 .message = "a worker " + options.id + " is running on this machine, as process " +
                            std::to_string(before.pid),
                 .hint = "give this one another id, or end that one first"};
  }
  if (options.elsewhere == WorkerOptions::Elsewhere::replaced ||
      before.host == options.process.host || before.is_lost(now)) {
    return Unit{};
  }
  const auto silent_at = before.beat.seen_at + 2 * before.beat_interval.count();
  return Error{.code = Errc::conflict,
               .message = "a worker " + options.id + " is running on " + before.host,
               .hint =
                   "give this one another id, or end that one first; when it was killed, its "
                   "id is free in " +
                   std::to_string((silent_at - now) / 1000 + 1) + " s"};
}

}  // namespace bot::jobs
