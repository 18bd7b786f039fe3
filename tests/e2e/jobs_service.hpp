// A started server without a worker of its own, the workers that a test starts beside it, and what
// can be seen of jobs: over HTTP, in Redis and in the rows.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/redis/connection.hpp"
#include "tests/e2e/own_redis.hpp"
#include "tests/e2e/process.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/fakes/drivers/postgres_schema.hpp"

namespace bot::e2e {

using nlohmann::json;

// A job may have to wait for a lease to be missed, or for its last retry.
inline constexpr Millis long_patience{40'000};

// The administrator's requests, each on a connection of its own.
class Api {
 public:
  explicit Api(std::uint16_t port) : port_(port) {}

  struct Answer {
    int status = 0;  // 0: there was none
    json body;
  };

  Answer get(const std::string& path) const { return ask("GET", path, nullptr); }
  Answer post(const std::string& path, const json& body = nullptr) const {
    return ask("POST", path, body);
  }

 private:
  Answer ask(const std::string& method, const std::string& path, const json& body) const;

  const std::uint16_t port_;
};

class Worker : public BotdWorker {
 public:
  Worker(std::string id, const Words& flags, const Variables& variables, const std::string& folder);

  const std::string& id() const { return id_; }

 private:
  const std::string id_;
};

// Whoever works on a job, or whichever job a process works on, stands still after its next effect
// is committed and before it says so, until this object ends (server/jobs/hold.hpp).
class Hold {
 public:
  Hold(const std::string& folder, const std::string& name);
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() { release(); }

  // Somebody stands there.
  bool is_reached(Millis patience = usual_patience) const;
  void release() const;

 private:
  const std::string wanted_;
  const std::string reached_;
};

class JobsService : public testing::Test {
 protected:
  explicit JobsService(Words server_flags = {});

  // Returns when the database knows that it works.
  std::unique_ptr<Worker> work(const std::string& id, const Words& more = {});
  // The same, reaching PostgreSQL by this URL.
  std::unique_ptr<Worker> work_through(const std::string& database_url,
                                       const std::string& id,
                                       const Words& more = {});
  bool has_begun(const Worker& worker);
  void restart_server();
  Api api() const { return Api(server_->port()); }
  Hold hold(const std::string& job_id) { return {signals_, job_id}; }
  Hold hold(const Worker& worker) { return {signals_, std::to_string(worker.pid())}; }

  // A job an account.
  std::vector<std::string> generate(int count, const json& more = json::object());
  // One job for all of them.
  std::string add_job(const std::string& username, int count);
  json job(const std::string& id) const;
  std::string status(const std::string& id) const;
  bool reaches(const std::string& id,
               const std::string& wanted,
               Millis patience = usual_patience) const;
  bool all_complete(const std::vector<std::string>& ids, Millis patience = usual_patience);
  // What happened to a job, oldest first.
  json events_of(const std::string& id) const;

  // Every job's effect is in the rows as often as the job has units, and no other is.
  void expect_each_made_once(const std::vector<std::string>& ids);

  sql::Rows rows(const std::string& statement, const std::vector<sql::Value>& values = {});
  std::int64_t number(const std::string& statement, const std::vector<sql::Value>& values = {});
  // The queue's item of a job.
  json item(const std::string& id);
  static std::int64_t times(const json& item, const std::string& event);
  // An insert of this username fails, as when the disk is full, until the database is dropped.
  void break_username(const std::string& username);

  redis::Reply redis(const redis::Command& command);
  std::int64_t queue_length() { return redis({"LLEN", "botrix:jobs:queue"}).integer; }

  TempDir folder_;
  const std::string signals_;
  sql::PostgresSchema schema_;
  OwnRedis redis_{folder_.path()};
  const Words server_flags_;
  std::unique_ptr<Botd> server_;
};

}  // namespace bot::e2e
