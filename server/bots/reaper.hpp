#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "server/domain/meeting_state.hpp"
#include "server/store/database.hpp"

namespace bot::bots {

class Lifecycle;

// How long a bot may stay in a state without a sign of life (smoke-test seed, suite 6).
struct ReaperOptions {
  Millis interval{60'000};
  Millis reserved{300'000};  // counted from when its launch was due
  Millis starting{600'000};
  Millis active{120'000};  // without a heartbeat
  Millis stopping{300'000};
};

// Cleans up after bots that went silent: stops the bot, then fails the row with
// `stale_<state>_timeout`.
//
// It gives no verdict on a state until it has itself run for that state's whole limit, since its
// start or since a gap: when its own loop came late, the store could not write, the runtime was
// blind, or the wall clock moved against the monotonic one, rows look old although nobody was there
// to hear their bots. Signs of life that a clock set back has left in the future count as given
// when a round first sees them.
class Reaper {
 public:
  Reaper(store::Database& database,
         Lifecycle& lifecycle,
         const Clock& clock,
         ReaperOptions options);
  ~Reaper();
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  // Runs the loop on a thread of its own.
  void start();
  // Waits for a round that is under way.
  void stop();

  // One round, on the caller's thread; the loop and tests call it. Returns how many it reaped.
  int run_once();

  // How long ago the last round ended well, or the reaper was started; nullopt before that.
  std::optional<Millis> since_last_round() const;
  Millis interval() const { return options_.interval; }

 private:
  struct Suspect {
    std::int64_t meeting_id;
    domain::MeetingState state;
    UnixMillis silent_since;
  };
  // When a round began: it judges as of then, however long the process is held up in its course.
  struct Moment {
    UnixMillis wall;
    Millis monotonic;
  };

  Moment notice_gap();
  void forget_the_future(const Moment& begun);
  std::vector<Suspect> suspects(const Moment& begun);
  void loop();

  store::Database& database_;
  Lifecycle& lifecycle_;
  const Clock& clock_;
  const ReaperOptions options_;
  std::optional<Millis> last_round_;  // monotonic
  std::uint64_t lost_writes_ = 0;     // of the store, at the last round
  Millis wall_offset_{0};             // wall clock less monotonic clock, at the last round
  Millis watching_since_{0};          // monotonic: of the present stretch without a gap
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;             // guarded by mutex_
  std::optional<Millis> rounded_at_;  // monotonic; guarded by mutex_
  std::thread thread_;
};

}  // namespace bot::bots
