#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "server/bots/bot_spec.hpp"

namespace bot::bots {

// How a bot ended, as far as can be known: for one that this process did not start itself (an
// adopted one), neither may be there.
struct ExitStatus {
  std::optional<int> code;
  std::optional<int> signal;

  bool operator==(const ExitStatus&) const = default;
};

// Told when a bot is gone, however it ended, at once and exactly once for each that was started or
// adopted. Called on the runtime's own thread; may block for a store transaction.
class ExitListener {
 public:
  ExitListener() = default;
  ExitListener(const ExitListener&) = delete;
  ExitListener& operator=(const ExitListener&) = delete;
  virtual ~ExitListener() = default;

  // False when that could not be stored: the listener tries again as long as it lives, and the
  // runtime leaves what tells of the end to a later server.
  virtual bool bot_exited(std::int64_t meeting_id,
                          const std::string& session_uid,
                          const ExitStatus& status) = 0;
};

// Where bots run. Thread-safe. A handle is the runtime's own words for one running bot; it is
// stored with the session and means the same bot for ever, never a later one.
class Runtime {
 public:
  // Stores the handle; when it fails, the bot is ended before it has done anything.
  using Commit = std::function<Status(const std::string& handle)>;

  Runtime() = default;
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  virtual ~Runtime() = default;

  virtual std::string_view name() const = 0;  // process, simulated, docker
  // REQUIRES: called once, before any start; the listener outlives the runtime's stop_watching().
  virtual void attach(ExitListener& listener) = 0;

  // The bot does nothing before `commit` has succeeded: should this server die in between, no bot
  // is left that nobody knows. Returns the handle. An error after the commit: there is no bot.
  // Throws bot::Unavailable, before the commit, for what is worth another try.
  virtual Result<std::string> start(const BotSpec& spec, const Commit& commit) = 0;
  // Asks it to end (SIGTERM) and kills it after `grace`. Returns at once; a handle of a bot that
  // is gone does nothing.
  virtual void stop(const std::string& handle, Millis grace) = 0;
  virtual void kill(const std::string& handle) = 0;
  // True as long as it cannot be told.
  virtual bool alive(const std::string& handle) = 0;
  // Could the bot of this handle be signalled from here, if it is there? Of one that is elsewhere
  // alive() says nothing.
  virtual bool is_near(const std::string& handle) = 0;
  // Watches a bot that an earlier server process started; nothing new for one that is watched.
  // False when it is not alive (any more), unless the listener is told so, at once or when it can
  // be seen again.
  virtual bool adopt(std::int64_t meeting_id,
                     const std::string& session_uid,
                     const std::string& handle) = 0;
  // Empty when bots can be started; otherwise what is in the way. Asked by /ready: quick.
  virtual std::string problem() { return ""; }
  // True after so long without a sight of its bots that nothing follows from anybody's silence.
  virtual bool is_blind() { return false; }
  // After this no listener call happens and none is under way. Bots are left alone.
  virtual void stop_watching() = 0;
};

}  // namespace bot::bots
