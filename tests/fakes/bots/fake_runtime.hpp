#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "server/bots/runtime.hpp"

namespace bot::bots {

// A runtime whose bots do nothing by themselves: a test says when they live and how they end.
class FakeRuntime final : public Runtime {
 public:
  std::string_view name() const override { return "fake"; }
  void attach(ExitListener& listener) override { listener_ = &listener; }

  Result<std::string> start(const BotSpec& spec, const Commit& commit) override {
    {
      const std::scoped_lock lock(mutex_);
      if (refusal_) return *refusal_;
    }
    if (on_start_) on_start_();
    const std::string handle = "fake:" + spec.session_uid;
    if (auto committed = commit(handle); !committed) {
      const std::scoped_lock lock(mutex_);
      ++withdrawn_;
      return committed.error();
    }
    const std::scoped_lock lock(mutex_);
    specs_.push_back(spec);
    alive_.insert(handle);
    return handle;
  }

  void stop(const std::string& handle, Millis) override {
    if (on_stop_) on_stop_();
    const std::scoped_lock lock(mutex_);
    stopped_.push_back(handle);
    if (obedient_) end(handle);
  }
  void kill(const std::string& handle) override {
    const std::scoped_lock lock(mutex_);
    end(handle);
  }
  bool alive(const std::string& handle) override {
    const std::scoped_lock lock(mutex_);
    return alive_.contains(handle);
  }
  bool is_near(const std::string& handle) override { return handle.find("far:") != 0; }
  bool adopt(std::int64_t, const std::string&, const std::string& handle) override {
    return alive(handle);
  }
  std::string problem() override {
    const std::scoped_lock lock(mutex_);
    return refusal_ ? refusal_->message : "";
  }
  bool is_blind() override { return blind_; }
  void stop_watching() override {}

  void refuse_starts(Error error) {
    const std::scoped_lock lock(mutex_);
    refusal_ = std::move(error);
  }
  void be_blind(bool blind) { blind_ = blind; }
  // Bots that outlive every stop.
  void make_stubborn() { obedient_ = false; }
  // What happens before a bot's handle is stored; set before that can happen.
  void on_start(std::function<void()> action) { on_start_ = std::move(action); }
  // What a bot does when it is told to end; set before that can happen.
  void on_stop(std::function<void()> action) { on_stop_ = std::move(action); }
  void forget(const std::string& session_uid) {
    const std::scoped_lock lock(mutex_);
    end("fake:" + session_uid);
  }

  std::vector<BotSpec> specs() const {
    const std::scoped_lock lock(mutex_);
    return specs_;
  }
  std::vector<std::string> stopped() const {
    const std::scoped_lock lock(mutex_);
    return stopped_;
  }
  int withdrawn() const {
    const std::scoped_lock lock(mutex_);
    return withdrawn_;
  }

 private:
  void end(const std::string& handle) { alive_.erase(handle); }

  mutable std::mutex mutex_;
  ExitListener* listener_ = nullptr;
  std::optional<Error> refusal_;
  std::function<void()> on_start_;
  std::function<void()> on_stop_;
  std::atomic<bool> blind_{false};
  bool obedient_ = true;
  int withdrawn_ = 0;
  std::vector<BotSpec> specs_;
  std::vector<std::string> stopped_;
  std::set<std::string> alive_;
};

}  // namespace bot::bots
