#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "server/app/config.hpp"
#include "server/app/log.hpp"
#include "server/store/database.hpp"

namespace bot::app {

// Deletes what has been kept long enough: answers to idempotency keys after a day, finished
// deliveries, queue items, audit entries and transcripts as configured, dead letters as long as
// deliveries; gives up deliveries of that age that nothing is left to deliver. Of several servers
// on a database the one that leads does it.
class Housekeeping {
 public:
  // `leads` may be empty: this server is the only one.
  Housekeeping(store::Database& database,
               const Clock& clock,
               const Config& config,
               Log& log,
               std::function<bool()> leads = {});
  ~Housekeeping();
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

  void start();
  void stop();
  // One round on the caller's thread; returns how many rows went.
  std::size_t run_once();

 private:
  void loop();
  std::size_t purge_dead_letters(UnixMillis before);

  store::Database& database_;
  const Clock& clock_;
  const Config& config_;
  Log& log_;
  const std::function<bool()> leads_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace bot::app
