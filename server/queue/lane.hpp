// One lane of a Dispatcher: a pump that claims items and stores verdicts, and the workers between.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "server/queue/dispatcher.hpp"

namespace bot::queue {

// Thread-safe.
class Lane {
 public:
  struct Held {
    std::int64_t id;
    std::int64_t fence;
  };

  Lane(std::string name,
       Concurrency concurrency,
       Handler handler,
       store::Database& database,
       const Clock& clock,
       const DispatcherOptions& options);
  // Drains and waits for the handlers that run.
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  const std::string& name() const { return name_; }
  void start();
  // Something was enqueued: due, or at that time. What is due later needs no look now.
  void wake(std::optional<UnixMillis> run_at);
  // From now on nothing more is claimed; what no worker has begun goes back.
  void drain();
  // Until nothing runs and every verdict is stored; false when the time came first.
  bool wait_until_idle(std::chrono::steady_clock::time_point until);
  // What is leased in its name at the moment.
  std::vector<Held> held() const;
  DispatcherStatistics statistics() const;

 private:
  struct Verdict {
    Item item;
    Outcome outcome;
    bool worked = false;  // else it goes back without having been begun
  };
  struct Round {
    std::vector<Verdict> verdicts;
    std::size_t room = 0;
    Shares shares;  // of what is held
    bool draining = false;
    // After a claim whose end is not known: what is held all the same.
    std::optional<std::set<std::int64_t>> known;
  };
  struct Stored {
    std::vector<std::size_t> verdicts;  // of the round's, those that were not lost
    std::vector<Item> claimed;
    std::optional<UnixMillis> asked_at;  // for items
    std::optional<UnixMillis> next_run_at;
    DispatcherStatistics counted;
  };

  void pump();
  // What there is to do now; waits for it. nullopt at the end.
  std::optional<Round> next_round();
  bool something_to_do() const;
  // An item is not held any more.
  void let_go(const Item& item);
  Stored store(const Round& round);
  bool store_verdict(sql::Connection& connection, const Verdict& verdict, Stored& stored);
  void tell(const Round& round, const Stored& stored) const;
  void settle(Stored stored);
  void settle_failure(Round round);
  void work();
  Outcome run_handler(const Item& item);

  const std::string name_;
  const int workers_;
  const std::size_t capacity_;
  const Handler handler_;
  store::Database& database_;
  const Clock& clock_;
  const DispatcherOptions& options_;

  mutable std::mutex mutex_;
  std::condition_variable pump_wakes_;
  std::condition_variable workers_wake_;
  std::condition_variable idle_;
  std::deque<Item> waiting_;                             // claimed, not begun
  std::unordered_map<std::int64_t, std::int64_t> held_;  // id -> fence, begun or not
  Shares shares_;                                        // of what is held
  std::vector<Verdict> verdicts_;
  std::optional<UnixMillis> next_run_at_;
  std::optional<UnixMillis> heard_of_;  // while a look was under way that may not have seen it
  bool woken_ = true;                   // looks once at the beginning
  bool storing_ = false;
  bool claimed_unseen_ = false;  // a claim was given up that may become durable yet
  bool draining_ = false;
  bool ending_ = false;
  std::chrono::steady_clock::time_point not_before_{};       // the store was away
  std::chrono::steady_clock::time_point contended_until_{};  // others were faster
  DispatcherStatistics statistics_;
  std::vector<std::thread> threads_;
};

}  // namespace bot::queue
