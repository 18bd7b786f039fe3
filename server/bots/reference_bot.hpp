// The bot that both runtimes run, without any input or output of its own: it is told the time and
// the commands, and says what to send. Not thread-safe; one owner.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/duration.hpp"
#include "server/bots/script.hpp"

namespace bot::bots {

// The settable times of a bot. All but start_delay run in the bot itself.
struct BotClocks {
  Millis start_delay{0};   // from the reservation to the launch (kept by the queue)
  Millis join_delay{500};  // from the start to active; in the lobby for its second half
  Millis heartbeat_interval{30'000};
  Millis segment_interval{1000};   // between transcript segments while active
  Millis leave_delay{50};          // from the leave command to the end
  Millis orphan_timeout{120'000};  // reaching no server for so long, it leaves

  bool operator==(const BotClocks&) const = default;
};

struct BotSettings {
  std::string language;  // empty: not set, speaks English
  std::string task;      // empty: not set, transcribe
  BotClocks clocks = {};
  Script script = Script::normal;
};

// A command as the bot receives it. `language` and `task` only for reconfigure; absent = keep.
struct BotOrder {
  std::int64_t id = 0;
  std::string action;
  std::optional<std::string> language = std::nullopt;
  std::optional<std::string> task = std::nullopt;
};

// What a bot wants sent, in this order. Times are seconds since its start.
struct StatusOutput {
  std::string status;  // joining, awaiting_admission, active

  bool operator==(const StatusOutput&) const = default;
};
struct HeartbeatOutput {
  bool operator==(const HeartbeatOutput&) const = default;
};
struct AckOutput {
  std::int64_t command_id = 0;
  std::string outcome;   // applied, leaving, ignored
  std::string language;  // in force since
  std::string task;

  bool operator==(const AckOutput&) const = default;
};
struct SegmentOutput {
  double start = 0;
  double end = 0;
  std::string text;
  std::string language;
  std::string speaker;

  bool operator==(const SegmentOutput&) const = default;
};
// The last output of every bot. `reported` is false for a bot that dies without a word.
struct ExitOutput {
  int code = 0;
  std::string reason;
  bool reported = true;

  bool operator==(const ExitOutput&) const = default;
};
using BotOutput = std::variant<StatusOutput, HeartbeatOutput, AckOutput, SegmentOutput, ExitOutput>;
using BotOutputs = std::vector<BotOutput>;

// Times are milliseconds of one clock that never steps; its zero does not matter.
class ReferenceBot {
 public:
  explicit ReferenceBot(BotSettings settings);

  // REQUIRES: called once, before anything else.
  BotOutputs start(Millis now);
  // Everything that is due. Calling it early or often is harmless.
  BotOutputs tick(Millis now);
  // A command; one with an id that was seen before does nothing.
  BotOutputs receive(const BotOrder& order, Millis now);
  // Ends at once with this code and reason (143 signal_sigterm, 0 no_server, …).
  BotOutputs end(int code, std::string reason);

  // When tick has something to do next; nullopt: never, only a command or end() moves it.
  std::optional<Millis> wake_at() const;
  bool finished() const { return stage_ == Stage::finished; }
  bool listens() const { return settings_.script != Script::never_starts; }
  std::string language() const;
  std::string task() const;

 private:
  enum class Stage { fresh, joining, lobby, active, leaving, finished };

  void enter_lobby(BotOutputs& out);
  void become_active(Millis now, BotOutputs& out);
  void speak(Millis now, BotOutputs& out);
  void finish(int code, std::string reason, BotOutputs& out);
  void step(Millis now, BotOutputs& out);
  AckOutput apply(const BotOrder& order, Millis now);
  bool heartbeats() const;
  bool speaks() const;

  BotSettings settings_;
  Stage stage_ = Stage::fresh;
  Millis began_{0};
  Millis stage_ends_{0};  // of joining, lobby and leaving
  Millis next_heartbeat_{0};
  Millis next_segment_{0};
  Millis spoken_until_{0};
  std::int64_t last_order_ = 0;
  std::size_t spoken_ = 0;
};

}  // namespace bot::bots
