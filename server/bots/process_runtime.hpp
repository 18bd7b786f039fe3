#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "server/bots/process_handle.hpp"
#include "server/bots/runtime.hpp"

namespace bot::bots {

struct ProcessRuntimeOptions {
  std::string executable = "/proc/self/exe";
  // argv; the second word is what tells a bot from a server in a process list.
  std::vector<std::string> arguments = {"botd", "bot"};
};

// Bots as real child processes (design §3, "Bots"): an environment built from nothing (BOT_CONFIG
// only), closed descriptors, a session of their own, so that they survive this server and are
// adopted by the next one. Ends are noticed by pidfd, also of adopted bots.
class ProcessRuntime final : public Runtime {
 public:
  explicit ProcessRuntime(ProcessRuntimeOptions options = {});
  ~ProcessRuntime() override;

  std::string_view name() const override { return "process"; }
  void attach(ExitListener& listener) override;
  Result<std::string> start(const BotSpec& spec, const Commit& commit) override;
  void stop(const std::string& handle, Millis grace) override;
  void kill(const std::string& handle) override;
  bool alive(const std::string& handle) override;
  bool is_near(const std::string& handle) override;
  bool adopt(std::int64_t meeting_id,
             const std::string& session_uid,
             const std::string& handle) override;
  std::string problem() override;
  void stop_watching() override;

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Watched {
    std::int64_t meeting_id = 0;
    std::string session_uid;  // empty: another server's bot, of whose end nobody here is told
    std::string handle;
    Descriptor pidfd;
    std::optional<Instant> kill_at;
  };

  void watch(Watched watched);
  void signal(const std::string& handle, int number, std::optional<Millis> kill_after);
  void run();
  int wait_timeout();
  void kill_overdue();
  void notice_end(std::uint64_t key);
  void wake();

  const ProcessRuntimeOptions options_;
  ExitListener* listener_ = nullptr;
  Descriptor epoll_;
  Descriptor wakeup_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::uint64_t next_key_ = 1;
  std::map<std::uint64_t, Watched> watched_;        // by key; guarded by mutex_
  std::map<std::string, std::uint64_t> by_handle_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace bot::bots
