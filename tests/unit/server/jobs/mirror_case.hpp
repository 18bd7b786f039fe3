// What the tests of the mirror have in common: a Redis of their own, that they end, flush and
// misconfigure.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "client/types/json.hpp"
#include "drivers/redis/connection.hpp"
#include "server/jobs/handlers.hpp"
#include "server/jobs/job_store.hpp"
#include "server/jobs/mirror.hpp"
#include "server/queue/queue.hpp"
#include "tests/e2e/own_redis.hpp"
#include "tests/fakes/base/manual_clock.hpp"
#include "tests/fakes/base/soon.hpp"

namespace bot::jobs {

class Folder {
 public:
  Folder() { EXPECT_NE(::mkdtemp(path_.data()), nullptr); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/mirror-test-XXXXXX";
};

class MirrorCase : public testing::Test {
 protected:
  MirrorCase() {
    listen(listeners_, clock_);
    reconnect();
  }

  MirrorOptions options(const std::string& owner = "one") {
    MirrorOptions options;
    options.url = server_.url();
    options.owner = owner;
    options.sharing = MirrorOptions::Sharing::shared;
    options.look_every = Millis{20};
    options.lease = Millis{600};
    options.check_every = Millis{50};
    return options;
  }
  std::unique_ptr<Mirror> make(const MirrorOptions& options) {
    auto mirror = std::make_unique<Mirror>(database_, clock_, options);
    mirror->start();
    return mirror;
  }
  std::unique_ptr<Mirror> make(const std::string& owner = "one") { return make(options(owner)); }

  redis::Reply run(const redis::Command& command) { return redis_->run(command); }
  void reconnect() {
    ASSERT_TRUE(soon([&] {
      try {
        redis_ = std::make_unique<redis::Connection>(
            redis::Options{.address = redis::parse_url(server_.url()).value()});
        return run({"PING"}).text == "PONG";
      } catch (const Fault&) {
        return false;
      }
    }));
  }

  std::vector<std::string> create(std::size_t n, Priority priority = Priority::normal) {
    const std::vector<NewJob> wanted(n, NewJob{.units = 2, .priority = priority});
    return database_.write([&](sql::Connection& connection) {
      return JobStore(connection).create(wanted, {}, clock_.now_ms());
    });
  }
  std::vector<queue::Item> claim(std::size_t n) {
    return database_.write([&](sql::Connection& connection) {
      return queue::claim(connection,
                          {.lane = lane, .owner = "worker-1", .lease = Millis{30'000}},
                          n,
                          clock_.now_ms(),
                          listeners_);
    });
  }
  void complete(const queue::Item& item) {
    database_.write([&](sql::Connection& connection) {
      queue::complete(connection, item.id, item.fence, clock_.now_ms(), listeners_);
    });
  }
  // The ids in the list, in its order.
  std::vector<std::string> listed() {
    std::vector<std::string> ids;
    for (const auto& entry : run({"LRANGE", "botrix:jobs:queue", "0", "-1"}).list)
      ids.push_back(types::Json::parse(entry.text).at("id").get<std::string>());
    return ids;
  }
  std::string text(const std::string& key) { return run({"GET", key}).text; }

  Folder folder_;
  e2e::OwnRedis server_{folder_.path()};
  ManualClock clock_;
  store::Database database_{{.path = ":memory:"}, clock_};
  queue::Listeners listeners_;
  std::unique_ptr<redis::Connection> redis_;
};

}  // namespace bot::jobs
