// The rows of our tables as plain data. Times are unix milliseconds; `data`, `payload` and `result`
// are JSON texts; secrets of callers are kept as SHA-256 in lower-case hex.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "server/domain/meeting_state.hpp"
#include "server/domain/user_status.hpp"

namespace bot::store {

struct UserRow {
  std::int64_t id = 0;
  std::string email;
  std::optional<std::string> name;
  std::optional<std::string> image_url;
  std::int64_t max_concurrent_bots = 0;
  std::string data = "{}";
  UnixMillis created_at = 0;
  std::optional<std::string> webhook_url;
  std::optional<std::string> webhook_secret;  // the HMAC key itself: it has to sign
  std::optional<UnixMillis> webhook_updated_at;
  domain::UserStatus status = domain::UserStatus::active;

  bool operator==(const UserRow&) const = default;
};

struct TokenRow {
  std::int64_t id = 0;
  std::int64_t user_id = 0;
  std::optional<std::string> name;
  UnixMillis created_at = 0;
  std::optional<UnixMillis> expires_at;
  std::optional<UnixMillis> last_used_at;

  bool operator==(const TokenRow&) const = default;
};

struct MeetingRow {
  std::int64_t id = 0;
  std::int64_t user_id = 0;
  std::string platform;
  std::optional<std::string> native_meeting_id;  // null once anonymised
  std::optional<std::string> constructed_meeting_url;
  domain::MeetingState status = domain::MeetingState::reserved;
  std::optional<std::string> bot_container_id;
  std::optional<std::string> bot_name;
  std::optional<std::string> language;
  std::optional<std::string> task;
  std::optional<std::string> passcode;
  std::optional<UnixMillis> start_time;
  std::optional<UnixMillis> end_time;
  std::string data = "{}";
  UnixMillis created_at = 0;
  UnixMillis updated_at = 0;
  UnixMillis state_since = 0;
  std::optional<UnixMillis> heartbeat_at;
  bool stop_requested = false;
  std::optional<std::string> completion_reason;
  std::optional<std::string> failure_reason;

  bool operator==(const MeetingRow&) const = default;
};

// One bot process in one meeting.
struct SessionRow {
  std::int64_t id = 0;
  std::int64_t meeting_id = 0;
  std::string session_uid;  // public: it names channels and is the bot's connection_id
  std::string callback_secret_sha256;
  std::optional<std::string> container_id;
  std::optional<std::string> runtime;         // simulated, process, docker
  std::optional<std::string> runtime_handle;  // process: pid:starttime:boot_id
  std::optional<std::string> owner;           // the server that watches the bot; absent: none yet
  std::optional<std::string> place;           // whose servers can signal it; absent: any
  std::optional<std::string> verdict;         // the cleanup's reason for ending the bot
  std::optional<UnixMillis> verdict_at;
  UnixMillis started_at = 0;
  std::optional<UnixMillis> ended_at;
  std::optional<UnixMillis> last_heartbeat_at;
  std::optional<std::int64_t> exit_code;

  bool operator==(const SessionRow&) const = default;
};

// A meeting with its newest session.
struct MeetingAndSession {
  MeetingRow meeting;
  std::optional<SessionRow> session;
};

// A piece of speech; start_s and end_s are seconds since its session started.
struct SegmentRow {
  std::int64_t id = 0;
  std::int64_t meeting_id = 0;
  std::string session_uid;
  std::string segment_key;
  double start_s = 0;
  double end_s = 0;
  std::string text;
  std::optional<std::string> speaker;
  std::optional<std::string> language;
  UnixMillis created_at = 0;
  std::optional<UnixMillis> session_started_at;  // of its session, where that is known

  bool operator==(const SegmentRow&) const = default;
};

struct CommandRow {
  std::int64_t id = 0;
  std::int64_t meeting_id = 0;
  std::string session_uid;
  std::string action;
  std::string payload = "{}";
  std::string status;  // sent, delivered, acknowledged
  UnixMillis created_at = 0;
  std::optional<UnixMillis> delivered_at;
  std::optional<UnixMillis> acknowledged_at;
  std::optional<std::string> result;

  bool operator==(const CommandRow&) const = default;
};

// The answer that a repeated request with the same Idempotency-Key gets again.
struct IdempotentAnswer {
  std::string request_sha256;
  std::int64_t status = 0;
  std::string body;
  UnixMillis created_at = 0;

  bool operator==(const IdempotentAnswer&) const = default;
};

struct DeliveryRow {
  std::int64_t id = 0;
  std::int64_t user_id = 0;
  std::optional<std::int64_t> meeting_id;
  std::string event_id;  // the same for each attempt
  std::string event_type;
  std::string url;
  std::string body;
  std::string status;  // queued, delivered, dead
  std::int64_t attempts = 0;
  std::optional<std::int64_t> response_status;
  std::optional<std::string> last_error;
  UnixMillis created_at = 0;
  std::optional<UnixMillis> delivered_at;

  bool operator==(const DeliveryRow&) const = default;
};

struct AuditRow {
  std::int64_t id = 0;
  UnixMillis at = 0;
  std::string actor;    // "admin", "user 7", "cleanup"
  std::string action;   // "user.create"
  std::string subject;  // "user 7"
  std::string request_id;
  std::string detail;  // never a secret

  bool operator==(const AuditRow&) const = default;
};

}  // namespace bot::store
