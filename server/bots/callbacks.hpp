// What bots tell the server, however they reach it: HTTP routes and the simulated runtime call the
// same interface (implemented by Lifecycle).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "client/types/json.hpp"
#include "server/domain/meeting_state.hpp"

namespace bot::bots {

// One callback of any generation, in our words (callback_forms.hpp translates).
struct BotReport {
  enum class Kind {
    phase,    // joining, awaiting_admission, needs_human_help: the state is starting
    active,   // admitted
    leaving,  // on its way out by itself: stopping
    exited,   // over; `exit_code` decides between completed and failed
  };

  Kind kind = Kind::phase;
  std::string phase;                        // of Kind::phase
  std::optional<std::string> container_id;  // what the bot calls itself
  std::optional<int> exit_code;
  std::optional<std::string> reason;
  std::optional<std::string> completion_reason;
  std::optional<std::string> failure_stage;
  types::Json error_details = nullptr;
};

struct ReportOutcome {
  std::int64_t meeting_id = 0;
  domain::MeetingState state = domain::MeetingState::reserved;  // after the report
  bool changed = false;                                         // false: it was a repetition
};

struct ReportedSegment {
  double start = 0;  // seconds since the bot's session began
  double end = 0;
  std::string text;
  std::string language;  // empty: not known
  std::string speaker;
};

class BotCallbacks {
 public:
  BotCallbacks() = default;
  BotCallbacks(const BotCallbacks&) = delete;
  BotCallbacks& operator=(const BotCallbacks&) = delete;
  virtual ~BotCallbacks() = default;

  // All but heartbeats: not_found when there is no such session. Conflict when the meeting's state
  // does not allow it: nothing changed, detail_json holds {"status","detail","from","to"}.
  virtual Result<ReportOutcome> report(const std::string& session_uid, const BotReport& report) = 0;
  // Signs of life. Unknown and ended sessions are passed over; conflict when all of them are.
  virtual Status heartbeats(const std::vector<std::string>& session_uids) = 0;
  virtual Status acknowledge(const std::string& session_uid,
                             std::int64_t command_id,
                             const types::Json& result) = 0;
  virtual Status segments(const std::string& session_uid,
                          const std::vector<ReportedSegment>& segments) = 0;
};

}  // namespace bot::bots
