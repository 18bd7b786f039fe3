#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "server/store/database.hpp"

namespace bot::bots {

// Where the bots of this process can be signalled from: by every process that sees the same
// process numbers. Another word after a reboot and in another container.
std::string process_place();

struct ReplicaOptions {
  std::string id;     // the same after a restart, another one for each server of the database
  std::string place;  // of its bots
  Millis interval{1000};
  // Nothing heard of a server for this long: it has ended. REQUIRES: several intervals.
  Millis silence{6000};
  // After this nothing is known of it any more. REQUIRES: longer than the silence.
  Millis memory{std::chrono::hours{24}};
};

// Which servers use the database. Each writes down at every interval that it is there; the others
// watch whether it goes on doing so, by their own monotonic clock. After a gap of its own (it was
// stopped, or could not reach the database) a server gives all others their whole time again.
//
// Nothing is decided by this alone: that somebody seems to be gone permits others to try, and what
// they do is decided by the rows. Thread-safe.
class Replicas {
 public:
  Replicas(store::Database& database, const Clock& clock, ReplicaOptions options);
  ~Replicas();
  Replicas(const Replicas&) = delete;
  Replicas& operator=(const Replicas&) = delete;

  // The first round on the caller's thread, then one at each interval on a thread of its own, with
  // `after_round` after those that succeeded; it must take well less than the silence. Throws
  // bot::Fault as the database does.
  void start(std::string url, std::function<void()> after_round);
  // Ends the rounds; waits for one that is under way.
  void stop_watching();
  // And says that this server has ended: others take its bots over at once. Throws as start does.
  void stop();

  const std::string& place() const { return options_.place; }

  // Others that have ended. Somebody who is in no row is gone, too.
  std::vector<std::string> gone() const;
  bool is_gone(std::string_view id) const;
  // Where bots of this place reach the others.
  std::vector<std::string> peer_urls() const;
  // How many servers are there, with this one.
  std::size_t count() const;
  // True for exactly one of the servers that are there, once they all know of each other.
  bool leads() const;

  // For start and tests: one round on the caller's thread.
  void run_once();

 private:
  struct Seen {
    std::string place;
    std::string url;
    UnixMillis seen_at = 0;
    Millis changed{0};  // monotonic: when seen_at was first read
  };

  bool is_gone(const Seen& seen) const;
  std::vector<std::string> long_gone() const;
  void loop();

  store::Database& database_;
  const Clock& clock_;
  const ReplicaOptions options_;
  std::function<void()> after_round_;  // likewise
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::string url_;                                // set before the thread begins
  std::map<std::string, Seen, std::less<>> seen_;  // the others; guarded by mutex_
  std::optional<Millis> last_round_;               // monotonic; guarded by mutex_
  bool stopping_ = false;                          // guarded by mutex_
  std::thread thread_;
};

}  // namespace bot::bots
