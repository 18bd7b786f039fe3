// One connection to a Redis server: hiredis with an owner for its handle, nothing of ours.
#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.hpp"
#include "base/fault.hpp"
#include "drivers/redis/interrupt.hpp"
#include "drivers/redis/reply.hpp"
#include "drivers/redis/url.hpp"

struct redisContext;

namespace bot::redis {

// The server understood and refused: the command, the key's type, the user's rights.
class Refused : public Fault {
 public:
  using Fault::Fault;
};

struct Options {
  Address address;
  Millis connect_timeout{2000};
  Millis timeout{2000};  // of one answer
};

using Command = std::vector<std::string>;

// Not thread-safe. Throws bot::Unavailable when the server is away, silent or not ready (loading,
// read-only, out of memory), Refused otherwise; the text names the command's first word, never
// what follows it. After Unavailable the connection is of no more use.
class Connection {
 public:
  explicit Connection(const Options& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Reply run(const Command& command);
  Reply run(std::initializer_list<std::string_view> words) {
    return run(Command(words.begin(), words.end()));
  }
  // All of them in one flight; the answers in their order, errors among them.
  std::vector<Reply> run_all(std::span<const Command> commands);

  // As run() does, for a reply of those that have errors among them.
  static void throw_if_refused(const Command& command, const Reply& reply);

  // For a command that blocks at the server, at most `wait`: its answer, errors among them; nullopt
  // when `interrupt` was raised before. Then the connection is of no more use.
  std::optional<Reply> run_blocking(const Command& command,
                                    Millis wait,
                                    const Interrupt& interrupt);

  // After SUBSCRIBE or PSUBSCRIBE by `run`: the next message that the server pushes; nullopt when
  // none came in time, or `interrupt` is raised.
  std::optional<Reply> next_message(Millis wait, const Interrupt* interrupt = nullptr);
  // While subscribed: sends a command, whose answer comes among the messages.
  void send(const Command& command);

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Close {
    void operator()(redisContext* context) const;
  };

  void append(const Command& command);
  void write_out(Instant deadline);
  // nullopt at the deadline, or when interrupted.
  std::optional<Reply> read_one(Instant deadline, const Interrupt* interrupt = nullptr);
  [[noreturn]] void lose(const std::string& why) const;

  const Options options_;
  std::unique_ptr<redisContext, Close> context_;
};

}  // namespace bot::redis
