#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/duration.hpp"
#include "base/result.hpp"

namespace bot::store {
class Database;
struct CommandRow;
}  // namespace bot::store

namespace bot {
class Clock;
}

namespace bot::commands {

using Commands = std::vector<store::CommandRow>;

// Where bots fetch their commands (design §3, "Commands to bots"). The rows are the record; this
// only lets a bot wait for the next one without holding a thread. Thread-safe.
class Mailbox {
 public:
  // Called once, on the mailbox's thread or that of any call of it; must return at once. Commands
  // are oldest first; none: the wait is over. Errors: not_found when the session has been closed;
  // unavailable when the store is away.
  using Callback = std::function<void(Result<Commands>)>;

  Mailbox(store::Database& database, const Clock& clock);
  ~Mailbox();  // answers all that wait, with nothing
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // The session's commands with an id above `after`, now or as soon as there is one, at the latest
  // after `wait`. They are stored as delivered before the bot gets them. A second fetch of one
  // session answers the first with nothing: a bot that reconnects has given up its old connection.
  void fetch(const std::string& session_uid, std::int64_t after, Millis wait, Callback callback);

  // Told of each fetch, on its thread. REQUIRES: called before the first one.
  using OnFetch = std::function<void(const std::string& session_uid)>;
  void on_fetch(OnFetch told) { on_fetch_ = std::move(told); }

  // Told how many commands a bot is given for the first time. REQUIRES: likewise.
  using OnDelivery = std::function<void(std::size_t)>;
  void on_delivery(OnDelivery told) { on_delivery_ = std::move(told); }

  // A command for this session has been committed.
  void wake(const std::string& session_uid);
  // A command may have been committed elsewhere for any session that waits here: looks for all of
  // them at once, on the mailbox's thread, and wakes those that have one.
  void wake_all();
  // The session is over: who waits for it learns so (not_found).
  void close(const std::string& session_uid);

  // For a shutdown: answers all that wait with nothing, and from now on makes nobody wait.
  void release_all();

  std::size_t waiting() const;

 private:
  using Instant = std::chrono::steady_clock::time_point;
  enum class Reason { ready, expired, closed };
  struct Waiter {
    std::uint64_t number = 0;
    std::int64_t after = 0;
    Instant deadline;
    Callback callback;
  };

  void run();
  // The sessions that wait for what is there.
  std::vector<std::string> find_news(const std::map<std::string, std::int64_t>& waiting);
  void look_for_all(std::unique_lock<std::mutex>& lock);
  void serve(const std::string& session_uid, Waiter waiter);
  Result<Commands> take(const std::string& session_uid, std::int64_t after);
  std::optional<Waiter> remove(const std::string& session_uid);

  store::Database& database_;
  const Clock& clock_;
  OnFetch on_fetch_;
  OnDelivery on_delivery_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<std::string, Waiter> waiting_;                          // guarded by mutex_
  std::multimap<Instant, std::pair<std::string, std::uint64_t>> deadlines_;  // guarded by mutex_
  std::vector<std::string> woken_;                                           // guarded by mutex_
  std::unordered_set<std::string> serving_;                                  // guarded by mutex_
  bool look_for_all_ = false;                                                // guarded by mutex_
  std::uint64_t next_number_ = 1;
  bool stopping_ = false;
  bool released_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace bot::commands
