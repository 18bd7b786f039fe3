#include "server/bots/simulated_runtime.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/fault.hpp"
#include "base/ids.hpp"
#include "server/bots/bot_wire.hpp"
#include "server/bots/reference_bot.hpp"
#include "server/store/rows.hpp"

namespace bot::bots {

namespace {

using std::chrono::steady_clock;

constexpr Millis command_wait{60'000};
constexpr Millis retry_delay{200};

Millis now() {
  return std::chrono::duration_cast<Millis>(steady_clock::now().time_since_epoch());
}

BotOrder order_from(const store::CommandRow& row) {
  BotOrder order{row.id, row.action, std::nullopt, std::nullopt};
  const auto payload = types::Json::parse(row.payload, nullptr, false);
  if (!payload.is_object()) return order;
  for (const auto& [name, into] :
       {std::pair("language", &order.language), std::pair("task", &order.task)}) {
    const auto found = payload.find(name);
    if (found != payload.end() && found->is_string()) *into = found->get<std::string>();
  }
  return order;
}

// One bot. Its machine and its outbox belong to whoever holds the runtime's mutex; only one worker
// at a time carries its outbox out, so that callbacks keep their order.
struct SimulatedBot {
  BotSpec spec;
  std::string handle;
  ReferenceBot machine;
  std::deque<BotOutput> outbox = {};
  bool begun = false;
  bool carried = false;  // a worker has it
  std::optional<Millis> alarm = {};
  std::int64_t last_command = 0;

  SimulatedBot(const BotSpec& wanted, std::string name)
      : spec(wanted),
        handle(std::move(name)),
        machine({wanted.language, wanted.task, wanted.clocks, wanted.script}) {}
};

using BotPointer = std::shared_ptr<SimulatedBot>;

}  // namespace

class SimulatedRuntime::Implementation
    : public std::enable_shared_from_this<SimulatedRuntime::Implementation> {
 public:
  Implementation(commands::Mailbox& mailbox, SimulatedRuntimeOptions options)
      : mailbox_(mailbox), options_(options), instance_(random_hex(12)) {}

  void begin(BotCallbacks& callbacks, ExitListener& listener) {
    callbacks_ = &callbacks;
    listener_ = &listener;
    threads_.emplace_back([this] { schedule(); });
    for (int i = 0; i < options_.callback_threads; ++i) {
      threads_.emplace_back([this] { carry(); });
    }
  }

  void end() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    tick_.notify_all();
    work_.notify_all();
    for (auto& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
    threads_.clear();
  }

  std::string next_handle() {
    return "sim:" + instance_ + ":" + std::to_string(next_number_.fetch_add(1));
  }

  void add(const BotSpec& spec, const std::string& handle) {
    auto bot = std::make_shared<SimulatedBot>(spec, handle);
    const std::scoped_lock lock(mutex_);
    bots_.emplace(handle, bot);
    arm(bot, now());
    if (bot->machine.listens()) add_job([this, bot] { fetch(bot); });
  }

  bool has(const std::string& handle) {
    const std::scoped_lock lock(mutex_);
    return bots_.contains(handle);
  }

  // As SIGTERM does to a process.
  void terminate(const std::string& handle) {
    const std::scoped_lock lock(mutex_);
    const auto found = bots_.find(handle);
    if (found == bots_.end()) return;
    give_out(found->second, found->second->machine.end(143, "signal_sigterm"));
  }

  // As SIGKILL does.
  void kill(const std::string& handle) {
    const std::scoped_lock lock(mutex_);
    const auto found = bots_.find(handle);
    if (found == bots_.end()) return;
    const BotPointer bot = found->second;
    bots_.erase(found);
    bot->outbox.clear();
    add_job([this, bot] {
      listener_->bot_exited(bot->spec.meeting_id, bot->spec.session_uid, {std::nullopt, 9});
    });
  }

 private:
  // All of these REQUIRE that mutex_ is held.
  // A bot has one alarm, the earliest; whatever else is due is found when it rings.
  void arm(const BotPointer& bot, Millis when) {
    if (bot->alarm && *bot->alarm <= when) return;
    bot->alarm = when;
    const bool first = alarms_.empty() || when < alarms_.begin()->first;
    alarms_.emplace(when, bot->handle);
    if (first) tick_.notify_one();
  }

  void arm_next(const BotPointer& bot) {
    if (const auto next = bot->machine.wake_at()) arm(bot, *next);
  }

  void ring() {
    const auto [when, handle] = *alarms_.begin();
    alarms_.erase(alarms_.begin());
    const auto found = bots_.find(handle);
    if (found == bots_.end() || found->second->alarm != when) return;
    const BotPointer bot = found->second;
    bot->alarm.reset();
    wake_bot(bot);
  }

  void add_job(std::function<void()> job) {
    jobs_.push_back(std::move(job));
    work_.notify_one();
  }

  void give_out(const BotPointer& bot, BotOutputs outputs) {
    for (auto& output : outputs) {
      if (std::holds_alternative<HeartbeatOutput>(output)) {
        beats_.push_back(bot->spec.session_uid);
      } else {
        bot->outbox.push_back(std::move(output));
      }
    }
    if (bot->outbox.empty() || bot->carried) return;
    bot->carried = true;
    add_job([this, bot] { empty_outbox(bot); });
  }

  void wake_bot(const BotPointer& bot) {
    if (!std::exchange(bot->begun, true)) {
      give_out(bot, bot->machine.start(now()));
    } else {
      give_out(bot, bot->machine.tick(now()));
    }
    arm_next(bot);
  }

  void schedule() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      while (!alarms_.empty() && alarms_.begin()->first <= now())
        ring();
      if (!beats_.empty()) {
        add_job([this, beats = std::exchange(beats_, {})] { (void)callbacks_->heartbeats(beats); });
      }
      if (alarms_.empty()) {
        tick_.wait(lock);
      } else {
        tick_.wait_until(lock, steady_clock::time_point(alarms_.begin()->first));
      }
    }
  }

  void carry() {
    std::unique_lock lock(mutex_);
    while (true) {
      work_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      const auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      try {
        job();
      } catch (const Fault&) {
        // Heartbeats and command fetches come again by themselves; the outbox keeps what it has.
      }
      lock.lock();
    }
  }

  // These run on a worker, without the mutex.
  void fetch(const BotPointer& bot) {
    const std::weak_ptr<Implementation> self = weak_from_this();
    std::int64_t after = 0;
    {
      const std::scoped_lock lock(mutex_);
      after = bot->last_command;
    }
    mailbox_.fetch(bot->spec.session_uid,
                   after,
                   command_wait,
                   [self, bot](const Result<commands::Commands>& got) {
                     if (const auto runtime = self.lock()) runtime->receive(bot, got);
                   });
  }

  void receive(const BotPointer& bot, const Result<commands::Commands>& got) {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || !bots_.contains(bot->handle)) return;
    if (!got && got.error().code == Errc::not_found) {
      vanish(bot, 0);
      return;
    }
    if (got) {
      for (const auto& row : *got) {
        bot->last_command = std::max(bot->last_command, row.id);
        give_out(bot, bot->machine.receive(order_from(row), now()));
      }
    }
    arm_next(bot);
    if (!bot->machine.finished()) add_job([this, bot] { fetch(bot); });
  }

  // REQUIRES: mutex_ is held.
  void vanish(const BotPointer& bot, int code) {
    if (bots_.erase(bot->handle) == 0) return;
    bot->outbox.clear();
    add_job([this, bot, code] {
      listener_->bot_exited(bot->spec.meeting_id, bot->spec.session_uid, {code, std::nullopt});
    });
  }

  void empty_outbox(const BotPointer& bot) {
    while (true) {
      BotOutput output;
      {
        const std::scoped_lock lock(mutex_);
        if (stopping_ || bot->outbox.empty()) {
          bot->carried = false;
          return;
        }
        output = bot->outbox.front();
      }
      const Sent sent = send(*bot, output);
      const std::scoped_lock lock(mutex_);
      if (sent == Sent::later) {
        bot->carried = false;
        arm(bot, now() + retry_delay);
        return;
      }
      if (!bot->outbox.empty()) bot->outbox.pop_front();
      const auto* exit = std::get_if<ExitOutput>(&output);
      if (exit != nullptr || sent == Sent::over) vanish(bot, exit != nullptr ? exit->code : 0);
    }
  }

  enum class Sent { yes, later, over };

  Sent send(const SimulatedBot& bot, const BotOutput& output) {
    try {
      const Status done = std::visit([&](const auto& what) { return tell(bot, what); }, output);
      if (done) return Sent::yes;
      switch (done.error().code) {
        case Errc::unavailable:
          return Sent::later;
        case Errc::not_found:
          return Sent::over;
        default:
          return is_final_refusal(done.error()) ? Sent::over : Sent::yes;
      }
    } catch (const Fault&) {
      return Sent::later;
    }
  }

  static bool is_final_refusal(const Error& error) {
    const auto detail = types::Json::parse(error.detail_json, nullptr, false);
    if (!detail.is_object()) return false;
    const auto from = detail.value("from", "");
    return from == "completed" || from == "failed";
  }

  Status tell(const SimulatedBot& bot, const StatusOutput& status) {
    BotReport report;
    report.kind = status.status == "active" ? BotReport::Kind::active : BotReport::Kind::phase;
    report.phase = status.status;
    report.container_id = bot.spec.container_id;
    return outcome_of(callbacks_->report(bot.spec.session_uid, report));
  }
  Status tell(const SimulatedBot& bot, const HeartbeatOutput&) {
    return callbacks_->heartbeats({bot.spec.session_uid});
  }
  Status tell(const SimulatedBot& bot, const AckOutput& ack) {
    return callbacks_->acknowledge(bot.spec.session_uid, ack.command_id, encode_ack(ack));
  }
  Status tell(const SimulatedBot& bot, const SegmentOutput& segment) {
    return callbacks_->segments(
        bot.spec.session_uid,
        {{segment.start, segment.end, segment.text, segment.language, segment.speaker}});
  }
  Status tell(const SimulatedBot& bot, const ExitOutput& exit) {
    if (!exit.reported) return Unit{};
    BotReport report;
    report.kind = BotReport::Kind::exited;
    report.exit_code = exit.code;
    report.reason = exit.reason;
    return outcome_of(callbacks_->report(bot.spec.session_uid, report));
  }
  static Status outcome_of(const Result<ReportOutcome>& outcome) {
    if (outcome) return Unit{};
    return outcome.error();
  }

  commands::Mailbox& mailbox_;
  const SimulatedRuntimeOptions options_;
  const std::string instance_;
  BotCallbacks* callbacks_ = nullptr;
  ExitListener* listener_ = nullptr;
  std::atomic<std::uint64_t> next_number_{1};

  std::mutex mutex_;  // guards all that follows
  std::condition_variable tick_;
  std::condition_variable work_;
  std::unordered_map<std::string, BotPointer> bots_;
  std::multimap<Millis, std::string> alarms_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::string> beats_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

SimulatedRuntime::SimulatedRuntime(commands::Mailbox& mailbox, SimulatedRuntimeOptions options)
    : implementation_(std::make_shared<Implementation>(mailbox, options)) {}

SimulatedRuntime::~SimulatedRuntime() {
  stop_watching();
}

void SimulatedRuntime::connect(BotCallbacks& callbacks) {
  callbacks_ = &callbacks;
}

void SimulatedRuntime::attach(ExitListener& listener) {
  implementation_->begin(*callbacks_, listener);
}

void SimulatedRuntime::stop_watching() {
  implementation_->end();
}

Result<std::string> SimulatedRuntime::start(const BotSpec& spec, const Commit& commit) {
  const std::string handle = implementation_->next_handle();
  if (auto committed = commit(handle); !committed) return committed.error();
  implementation_->add(spec, handle);
  return handle;
}

void SimulatedRuntime::stop(const std::string& handle, Millis) {
  implementation_->terminate(handle);
}

void SimulatedRuntime::kill(const std::string& handle) {
  implementation_->kill(handle);
}

bool SimulatedRuntime::alive(const std::string& handle) {
  return implementation_->has(handle);
}

bool SimulatedRuntime::adopt(std::int64_t, const std::string&, const std::string& handle) {
  return alive(handle);
}

}  // namespace bot::bots
