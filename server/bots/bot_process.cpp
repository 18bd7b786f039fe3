#include "server/bots/bot_process.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "base/backoff.hpp"
#include "client/types/command.hpp"
#include "server/bots/bot_wire.hpp"
#include "server/bots/callback_link.hpp"
#include "server/bots/process_handle.hpp"
#include "server/bots/reference_bot.hpp"
#include "server/bots/spawn.hpp"

namespace bot::bots {

namespace {

using std::chrono::steady_clock;
using Verdict = CallbackLink::Verdict;

constexpr Millis poll_wait{25'000};
constexpr Millis callback_deadline{10'000};
// For what is unsent when the bot ends; who sends a signal will not wait long.
constexpr Millis last_words{5'000};
constexpr Millis last_words_after_signal{1'000};
constexpr std::size_t longest_outbox = 1000;
constexpr Backoff callback_backoff{.first = Millis{200}, .longest = Millis{5'000}};

Millis now() {
  return std::chrono::duration_cast<Millis>(steady_clock::now().time_since_epoch());
}

BotOrder order_from(const types::BotCommand& command) {
  BotOrder order{command.id, command.action, std::nullopt, std::nullopt};
  if (!command.payload.is_object()) return order;
  types::read(command.payload, "language", order.language);
  types::read(command.payload, "task", order.task);
  return order;
}

// What has to be sent, in order; heartbeats only while nothing older waits.
class Outbox {
 public:
  void add(BotOutputs outputs) {
    const std::scoped_lock lock(mutex_);
    for (auto& output : outputs) {
      if (std::holds_alternative<HeartbeatOutput>(output) && !waiting_.empty()) continue;
      if (std::holds_alternative<SegmentOutput>(output) && waiting_.size() >= longest_outbox) {
        continue;  // nobody has listened for so long: states matter more than speech
      }
      waiting_.push_back(std::move(output));
    }
    changed_.notify_all();
  }
  // Blocks; nothing when closed.
  std::optional<BotOutput> front() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (closed_) return std::nullopt;
    return waiting_.front();
  }
  void pop() {
    const std::scoped_lock lock(mutex_);
    waiting_.pop_front();
    changed_.notify_all();
  }
  // True when all was sent in that time.
  bool wait_empty(Millis at_most) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, at_most, [this] { return closed_ || waiting_.empty(); });
  }
  // A pause that ends early when the outbox is closed.
  void pause(Millis time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time, [this] { return closed_; });
  }
  bool closed() {
    const std::scoped_lock lock(mutex_);
    return closed_;
  }
  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<BotOutput> waiting_;
  bool closed_ = false;
};

class BotProcess {
 public:
  explicit BotProcess(BotSpec spec)
      : spec_(std::move(spec)),
        machine_({spec_.language, spec_.task, spec_.clocks, spec_.script}),
        events_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        link_(spec_, [this] { return stopping_.load(); }) {}

  int run(const Descriptor& signals) {
    std::thread sender([this] { send_all(); });
    std::thread listener([this] { machine_.listens() ? fetch_commands() : watch_server(); });
    handle(machine_.start(now()));
    while (!ended_) {
      wait(signals);
      step(signals);
    }
    // Nobody listens to the last words of a session that the server has closed.
    if (!over_) outbox_.wait_empty(last_words_);
    stopping_ = true;
    outbox_.close();
    sender.join();
    listener.join();
    return code_;
  }

 private:
  void wait(const Descriptor& signals) {
    Millis wake = now() + std::max(spec_.clocks.orphan_timeout - link_.since_contact(), Millis{1});
    if (const auto next = machine_.wake_at()) wake = std::min(wake, *next);
    pollfd waiting[2] = {{signals.get(), POLLIN, 0}, {events_.get(), POLLIN, 0}};
    const auto left = std::clamp(wake - now(), Millis{0}, Millis{60'000});
    ::poll(waiting, 2, static_cast<int>(left.count()));
  }

  void step(const Descriptor& signals) {
    std::uint64_t drained = 0;
    [[maybe_unused]] auto got = ::read(events_.get(), &drained, sizeof drained);
    signalfd_siginfo signal{};
    got = ::read(signals.get(), &signal, sizeof signal);
    if (got == static_cast<ssize_t>(sizeof signal)) {
      const bool interrupt = signal.ssi_signo == SIGINT;
      last_words_ = last_words_after_signal;
      handle(interrupt ? machine_.end(130, "signal_sigint") : machine_.end(143, "signal_sigterm"));
    }
    for (const auto& order : take_orders())
      handle(machine_.receive(order, now()));
    handle(machine_.tick(now()));
    if (over_ && !ended_) {
      ended_ = true;
      code_ = 0;
    } else if (!ended_ && link_.since_contact() >= spec_.clocks.orphan_timeout) {
      last_words_ = Millis{0};
      handle(machine_.end(0, "server_unreachable"));
    }
  }

  void handle(BotOutputs outputs) {
    for (const auto& output : outputs) {
      const auto* exit = std::get_if<ExitOutput>(&output);
      if (exit == nullptr) continue;
      ended_ = true;
      code_ = exit->code;
    }
    std::erase_if(outputs, [](const BotOutput& output) {
      const auto* exit = std::get_if<ExitOutput>(&output);
      return exit != nullptr && !exit->reported;
    });
    outbox_.add(std::move(outputs));
  }

  std::vector<BotOrder> take_orders() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(orders_, {});
  }

  void wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(events_.get(), &one, sizeof one);
  }

  void declare_over() {
    over_ = true;
    outbox_.close();
    wake();
  }

  void send_all() {
    std::size_t tries = 0;
    while (const auto output = outbox_.front()) {
      const auto callback = encode_callback(spec_, *output);
      const auto reply = link_.post(callback.word, types::dump(callback.body), callback_deadline);
      if (reply.verdict == Verdict::over) return declare_over();
      const bool passing = std::holds_alternative<HeartbeatOutput>(*output);
      if (reply.verdict == Verdict::no_answer && !passing) {
        outbox_.pause(callback_backoff.jittered(tries++));
        continue;
      }
      tries = 0;
      outbox_.pop();
    }
  }

  void fetch_commands() {
    std::int64_t after = 0;
    std::size_t failures = 0;
    while (!stopping_) {
      const auto reply = link_.get_commands(after, poll_wait);
      if (stopping_) return;
      if (reply.verdict == Verdict::over) return declare_over();
      if (reply.verdict != Verdict::accepted) {
        outbox_.pause(callback_backoff.jittered(failures++));
        continue;
      }
      const auto list = types::parse_as<types::BotCommandList>(reply.body, "a list of commands");
      if (!list) {
        outbox_.pause(callback_backoff.jittered(failures++));
        continue;
      }
      failures = 0;
      const std::scoped_lock lock(mutex_);
      for (const auto& command : list->commands) {
        after = std::max(after, command.id);
        orders_.push_back(order_from(command));
      }
      wake();
    }
  }

  // For a bot that never calls: it still has to go when its servers have.
  void watch_server() {
    while (!stopping_) {
      link_.probe(callback_deadline);
      outbox_.pause(spec_.clocks.orphan_timeout / 4);
      if (outbox_.closed()) return;
    }
  }

  const BotSpec spec_;
  ReferenceBot machine_;  // of the main thread
  Descriptor events_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> over_{false};
  Millis last_words_ = last_words;
  bool ended_ = false;
  int code_ = 0;
  Outbox outbox_;
  std::mutex mutex_;
  std::vector<BotOrder> orders_;  // guarded by mutex_
  CallbackLink link_;
};

Descriptor block_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return Descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

}  // namespace

int run_bot_process() {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_NAME, "botd-bot", 0, 0, 0);
  if (!wait_at_gate()) return 0;
  const char* config = std::getenv("BOT_CONFIG");
  auto spec = decode_bot_config(config == nullptr ? "" : config);
  if (!spec) return 2;
  const Descriptor signals = block_signals();
  return BotProcess(*std::move(spec)).run(signals);
}

}  // namespace bot::bots
