#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/bots/docker_runtime.hpp"
#include "tests/fakes/base/soon.hpp"
#include "tests/fakes/bots/fake_engine.hpp"

namespace bot::bots {

// A runtime over an Engine that fails on command, with rows that are only said to be there.
class DockerWorld : public testing::Test, public ExitListener {
 protected:
  DockerWorld() {
    options_.engine.socket = engine_.socket();
    options_.engine.deadline = Millis{2'000};
    options_.container.installation = "ours";
    options_.container.image = "waits";
    options_.reconnect = {.first = Millis{10}, .longest = Millis{50}};
    options_.without_row = [this](const std::vector<std::string>& sessions) {
      const std::scoped_lock lock(mutex_);
      std::set<std::string> without(sessions.begin(), sessions.end());
      for (const auto& live : live_)
        without.erase(live);
      return without;
    };
    options_.on_news = [this](const std::string& sentence) {
      const std::scoped_lock lock(mutex_);
      news_.push_back(sentence);
    };
    spec_.meeting_id = 42;
    spec_.user_id = 3;
    spec_.session_uid = "session-42";
    spec_.container_id = "vexa-bot-42-00c0ffee";
    spec_.callback_secret = "only-for-this-session";
    live_.insert(spec_.session_uid);
  }
  ~DockerWorld() override {
    if (runtime_) runtime_->stop_watching();
  }

  bool bot_exited(std::int64_t, const std::string& uid, const ExitStatus& status) override {
    const std::scoped_lock lock(mutex_);
    exits_.emplace_back(uid, status);
    return !store_is_away_;
  }

  void close_row(const std::string& session) {
    const std::scoped_lock lock(mutex_);
    live_.erase(session);
  }
  DockerRuntime& runtime() {
    if (!runtime_) {
      runtime_ = std::make_unique<DockerRuntime>(options_);
      runtime_->attach(*this);
    }
    return *runtime_;
  }
  void restart_server() {
    runtime_->stop_watching();
    runtime_.reset();
  }
  Result<std::string> start() {
    return runtime().start(spec_, [](const std::string&) { return Status(Unit{}); });
  }
  std::string started() {
    const auto handle = start();
    EXPECT_TRUE(handle) << (handle ? "" : handle.error().message);
    return handle ? *handle : "";
  }
  std::string container_of(const std::string& handle) {
    const auto parsed = parse_docker_handle(handle);
    return parsed ? parsed->container : "";
  }
  std::vector<std::pair<std::string, ExitStatus>> exits() {
    const std::scoped_lock lock(mutex_);
    return exits_;
  }
  std::vector<std::string> news() {
    const std::scoped_lock lock(mutex_);
    return news_;
  }
  bool told(const ExitStatus& status) {
    return soon([&] { return !exits().empty(); }) && exits().size() == 1 &&
           exits()[0].second == status;
  }
  // The event stream is open, so that nothing is missed from now on.
  bool listens() {
    auto& listening = runtime();
    return soon([&] { return engine_.count("/events?") > 0 && listening.absence().empty(); });
  }

  FakeEngine engine_;
  DockerRuntimeOptions options_;
  BotSpec spec_;
  std::atomic<bool> store_is_away_{false};
  std::mutex mutex_;
  std::set<std::string> live_;  // sessions with a live row; guarded by mutex_
  std::vector<std::pair<std::string, ExitStatus>> exits_;  // guarded by mutex_
  std::vector<std::string> news_;                          // guarded by mutex_
  std::unique_ptr<DockerRuntime> runtime_;
};

}  // namespace bot::bots
