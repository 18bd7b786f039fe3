// The jobs as Redis shows them: the queue's list in the order of claims, the state of each job, and
// what happens to jobs as messages. The database is the record; what is in Redis is a picture of
// it, and everything is painted again when it was flushed or away.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/awaited_thread.hpp"
#include "base/clock.hpp"
#include "base/duration.hpp"
#include "server/jobs/mirror_lead.hpp"
#include "server/jobs/mirror_texts.hpp"
#include "server/store/database.hpp"

namespace bot::redis {
class Connection;
}

namespace bot::jobs {

struct MirrorOptions {
  // Whether other processes share the database: then one of them at a time has the mirror.
  enum class Sharing { alone, shared };

  std::string url;  // REQUIRES: redis::parse_url takes it
  std::string owner;
  Sharing sharing = Sharing::alone;
  Millis look_every{500};
  Millis lease{6000};
  Millis check_every{10'000};  // whether the list is as long as it should be
  std::int64_t batch = 1000;   // events, or jobs, of one step
  // For one part of painting the list, so many of rest.
  int rest_of_painting = 9;
  // How long a stop may go on showing what has happened until then.
  Millis last_words{2000};
  // Told, on the mirror's thread, why it shows nothing, and with "" when it does again. Must not
  // throw; may be empty.
  std::function<void(const std::string& problem)> on_problem = {};
};

// Events are published at least once, those of a job in their order, to botrix:jobs:updates; but
// not those that are an hour old, as finished jobs that are shown no more: they are no news, and
// are written down as published, so that a Redis that is added later is not told of the time before
// it. That is judged by this process's clock. Tells, and passes over what is no news, for at most a
// third of the time, and paints the list, between whose pages it tells, for at most a tenth of it,
// so that a long one follows more slowly; a short one is there within a second. After a
// flush everything is painted at once, after another one when it has rested. Thread-safe.
class Mirror {
 public:
  Mirror(store::Database& database, const Clock& clock, MirrorOptions options);
  ~Mirror();
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

  void start();
  // Shows what is committed by then, for a moment at most, and lets another process have it at
  // once.
  void stop();
  // The same, waiting so long at most; false when it goes on then, as when the store hangs.
  bool stop_within(Millis limit);
  // Something happened to jobs, and that is committed.
  void wake();
  // Why it does not show everything, as anybody may be told; empty when it does, or another process
  // does.
  std::string problem() const;

 private:
  using Instant = std::chrono::steady_clock::time_point;

  void ask_to_stop(Millis last_words);
  void run();
  void pause(Instant rested);
  void work();
  bool leads();
  void connect();
  bool may_begin(Instant rested);
  bool is_over();
  bool was_flushed();
  void paint_all();
  void publish_some();
  void paint_queue();
  bool queue_is_wrong();
  // All of them or none: none when what Redis shows is not ours any more.
  void send(const Commands& commands);
  void set_problem(const std::string& problem);

  store::Database& database_;
  const Clock& clock_;
  const MirrorOptions options_;
  // Used by the thread:
  std::unique_ptr<redis::Connection> connection_;
  std::string mark_;  // in Redis since we have painted everything; empty: we have not
  bool queue_changed_ = true;
  std::optional<MirrorLead> lead_;  // absent: nobody else could have it
  Instant next_check_{};
  Instant next_telling_{};
  Instant next_painting_{};
  Instant next_whole_{};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string problem_;               // guarded by mutex_
  bool woken_ = false;                // likewise
  bool stopping_ = false;             // likewise
  Instant over_at_ = Instant::max();  // likewise; when a stop has no more time
  AwaitedThread thread_;
};

}  // namespace bot::jobs
