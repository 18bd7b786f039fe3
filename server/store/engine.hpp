// What a database engine has to do for store::Database: the seam behind which SQLite stands and
// other engines join.
#pragma once

#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <utility>

#include "base/result.hpp"
#include "drivers/sql.hpp"
#include "server/store/write_statistics.hpp"

namespace bot::store {

// One caller's write. An engine calls run inside a transaction of its own or a savepoint of a
// shared one, again after it gave that up for others' sake, and then finish exactly once; after
// finish it does not touch the task again. What a run leaves outside the database must not add up.
class WriteTask {
 public:
  enum class Wish { keep, roll_back };

  WriteTask() = default;
  WriteTask(const WriteTask&) = delete;
  WriteTask& operator=(const WriteTask&) = delete;
  virtual ~WriteTask() = default;

  virtual Wish run(sql::Connection& connection) = 0;
  // Null: what run did is durable (or was rolled back as it wished). Otherwise nothing of it is to
  // be relied on, and this is why.
  virtual void finish(std::exception_ptr failure) noexcept = 0;
};

// Thread-safe.
class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  // Runs what was submitted before, then ends.
  virtual ~Engine() = default;

  // Throws bot::Unavailable when too many wait; the task is then not touched.
  virtual void submit(std::shared_ptr<WriteTask> task) = 0;
  // The same for a caller that is going to wait for the finish: may run the task before it returns.
  // An engine that runs tasks again does so, for nobody else keeps what they refer to.
  virtual void perform(std::shared_ptr<WriteTask> task) { submit(std::move(task)); }
  // True on the thread that runs tasks: waiting there for another task would never end.
  virtual bool on_writing_thread() const = 0;
  // Runs `reading` on a connection that sees one consistent state and refuses to write.
  virtual void read(const std::function<void(sql::Connection&)>& reading) = 0;
  // For a `reading` of one SELECT, whose state is consistent by itself: need not refuse a write.
  virtual void read_one(const std::function<void(sql::Connection&)>& reading) { read(reading); }
  virtual Status copy_to(const std::filesystem::path& to) = 0;
  virtual WriteStatistics statistics() const = 0;
  virtual PoolUse pool_use() const = 0;
  virtual const sql::Dialect& dialect() const = 0;
};

}  // namespace bot::store
