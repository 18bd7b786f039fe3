// One lane of a Dispatcher: a pump that claims items and stores verdicts, and the workers between.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/queue/call.hpp"
#include "server/queue/decision.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/queue/pace.hpp"

namespace bot::queue {

// Thread-safe.
class Lane {
 public:
  struct Held {
    std::int64_t id;
    std::int64_t fence;
  };
  using Instant = std::chrono::steady_clock::time_point;

  Lane(std::string name,
       Concurrency concurrency,
       StoppableHandler handler,
       store::Database& database,
       const Clock& clock,
       const DispatcherOptions& options);
  // Stops and waits for the handlers that run.
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  const std::string& name() const { return name_; }
  void start();
  // Something was enqueued: due, or at that time. What is due later needs no look now.
  void wake(std::optional<UnixMillis> run_at);
  // From now on nothing more is claimed; what no worker has begun goes back.
  void quiet();
  // The same for the end: verdicts that cannot be stored are given up.
  void stop();
  // As before quiet() or stop().
  void resume();
  // Until nothing runs and every verdict is stored; false when the time came first.
  bool wait_until_idle(Instant until);

  // Asks all handlers that run.
  void ask_to_stop(StopReason reason);
  // Gives back what still runs; how many.
  std::size_t give_back_running();
  // Until every verdict is stored.
  void wait_until_stored(Instant until);

  // Somebody wants this item to be cancelled, which may not be held here.
  void cancel(std::int64_t id);
  // Asks those to stop that take too long, takes their items from those that do not, and gives back
  // what nobody has begun in this time.
  void watch();
  // What is leased in its name at the moment and should stay so.
  std::vector<Held> held() const;
  std::vector<std::int64_t> running() const;
  std::optional<Item> running(std::int64_t id) const;
  // All its threads are in handlers whose items were taken from them.
  bool hangs() const;
  DispatcherStatistics statistics() const;

 private:
  enum class Mode { open, quiet, stopping };
  struct Verdict {
    Item item;
    Outcome outcome;
    bool worked = false;  // else it goes back without having been begun
  };
  struct Round {
    std::vector<Verdict> verdicts;
    std::size_t room = 0;
    Shares shares;  // of what is held
    bool stopping = false;
    bool apart = false;  // one verdict, and nothing else
    // After a claim whose end is not known: what is held all the same.
    std::optional<std::set<std::int64_t>> known;
    std::optional<std::size_t> blamed;  // the verdict whose results could not be stored
  };
  struct Stored {
    std::vector<std::pair<std::size_t, Change>> verdicts;  // of the round's, those not lost
    std::vector<Item> claimed;
    std::optional<UnixMillis> asked_at;  // for items
    std::optional<UnixMillis> next_run_at;
    bool known_returned = false;  // what was claimed unseen
    DispatcherStatistics counted;
  };
  struct Waiting {
    Item item;
    Millis since;
  };
  struct Begun {
    const Item* item;  // its worker's
    Millis since;
    std::optional<Millis> limit;
    std::shared_ptr<Call> call;
  };
  struct Holding {
    std::int64_t fence;
    std::optional<Begun> begun = {};
  };

  void close(Mode mode);
  void pump();
  // What there is to do now; waits for it. nullopt at the end.
  std::optional<Round> next_round();
  bool something_to_do() const;
  // How many items are held at most.
  std::size_t capacity() const;
  const Listeners& listeners() const;
  Stored store(Round& round);
  std::vector<Decision> decisions_of(const Round& round, UnixMillis now) const;
  void conclude_all(sql::Connection& connection,
                    Round& round,
                    const std::vector<Decision>& decisions,
                    std::vector<sql::Rows>& answers,
                    Stored& stored) const;
  void tell(const Round& round, const Stored& stored) const;
  void settle(Stored stored);
  void settle_failure(Round round);
  void settle_refusal(Round round, const std::string& why);
  void put_off(Round round);

  void add_worker();
  void work();
  // False at the end.
  bool work_on_one(std::unique_lock<std::mutex>& lock);
  Outcome run_handler(const Item& item, const std::shared_ptr<Call>& call);
  Outcome judged(const Item& item, Outcome outcome, StopReason reason) const;
  Outcome too_long(const Item& item) const;
  std::optional<Millis> limit_of(const Item& item) const;
  // An item is not held any more.
  void let_go(const Item& item);
  // It goes back without having been begun.
  void give_back(Item item);
  void give_back_waiting();
  // An item is taken from the handler that works on it.
  void take_from(const Begun& begun, Outcome outcome);
  void replace_stuck_worker();

  const std::string name_;
  const Concurrency concurrency_;
  const StoppableHandler handler_;
  store::Database& database_;
  const Clock& clock_;
  const DispatcherOptions& options_;

  mutable std::mutex mutex_;
  std::condition_variable pump_wakes_;
  std::condition_variable workers_wake_;
  std::condition_variable idle_;
  std::deque<Waiting> waiting_;                     // claimed, not begun
  std::unordered_map<std::int64_t, Holding> held_;  // by id, begun or not
  Shares shares_;                                   // of what is held
  Pace pace_;
  std::vector<Verdict> verdicts_;
  std::size_t apart_ = 0;  // so many of these, from the first on, are stored each by itself
  std::optional<UnixMillis> next_run_at_;
  std::optional<UnixMillis> heard_of_;  // while a look was under way that may not have seen it
  bool woken_ = true;                   // looks once at the beginning
  bool storing_ = false;
  bool claimed_unseen_ = false;  // a claim was given up that may become durable yet
  Mode mode_ = Mode::open;
  bool ending_ = false;
  Instant not_before_{};       // the store was away
  Instant contended_until_{};  // others were faster
  DispatcherStatistics statistics_;
  int live_ = 0;   // worker threads
  int stuck_ = 0;  // of these, in handlers whose items were taken from them
  std::vector<std::thread> threads_;
  std::vector<std::thread::id> ended_;  // of threads_
};

}  // namespace bot::queue
