#pragma once

#include <memory>

#include "server/bots/callbacks.hpp"
#include "server/bots/runtime.hpp"
#include "server/commands/mailbox.hpp"

namespace bot::bots {

struct SimulatedRuntimeOptions {
  // Threads that carry callbacks into the store, so that many bots share one commit.
  int callback_threads = 4;
};

// Thousands of reference bots inside this process, for load (design §3). They speak to the same
// callbacks as HTTP bots do, without HTTP; their heartbeats go in batches. They end with this
// process: a handle of another process is not alive.
class SimulatedRuntime final : public Runtime {
 public:
  explicit SimulatedRuntime(commands::Mailbox& mailbox, SimulatedRuntimeOptions options = {});
  ~SimulatedRuntime() override;

  // REQUIRES: before attach. Usually the same object as the exit listener.
  void connect(BotCallbacks& callbacks);

  std::string_view name() const override { return "simulated"; }
  void attach(ExitListener& listener) override;
  Result<std::string> start(const BotSpec& spec, const Commit& commit) override;
  void stop(const std::string& handle, Millis grace) override;
  void kill(const std::string& handle) override;
  bool alive(const std::string& handle) override;
  bool is_near(const std::string& /*handle*/) override { return true; }
  bool adopt(std::int64_t meeting_id,
             const std::string& session_uid,
             const std::string& handle) override;
  void stop_watching() override;

 private:
  class Implementation;
  BotCallbacks* callbacks_ = nullptr;
  std::shared_ptr<Implementation> implementation_;
};

}  // namespace bot::bots
