#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/sql.hpp"
#include "server/store/rows.hpp"

namespace bot::store {

struct NewSession {
  std::int64_t meeting_id = 0;
  std::string session_uid;
  std::string callback_secret_sha256;
  std::optional<std::string> container_id = {};
  std::optional<std::string> runtime = {};
};

struct Heartbeat {
  std::string session_uid;
  UnixMillis at = 0;
};

class SessionStore {
 public:
  explicit SessionStore(sql::Connection& connection) : connection_(connection) {}

  // Deferred: when the meeting is not there or the session is already, the next statement says so.
  void add(const NewSession& session, UnixMillis now);
  std::optional<SessionRow> find_by_uid(std::string_view session_uid);
  std::optional<SessionRow> find_by_secret(std::string_view callback_secret_sha256);
  // Oldest first.
  std::vector<SessionRow> of_meeting(std::int64_t meeting_id);
  bool set_handle(std::string_view session_uid,
                  std::string_view runtime,
                  std::string_view runtime_handle);
  bool set_container(std::string_view session_uid, std::string_view container_id);
  // Why the cleanup ends the bot; nullopt takes it back.
  void set_verdict(std::string_view session_uid,
                   const std::optional<std::string>& verdict,
                   UnixMillis now);
  // False when it is not there or has ended already.
  bool end(std::string_view session_uid, std::optional<std::int64_t> exit_code, UnixMillis now);
  // Moves the session's and its meeting's last sign of life, never back. False when there is no
  // such session or it has ended.
  bool heartbeat(std::string_view session_uid, UnixMillis now);
  // The same for many; returns how many were there.
  std::size_t heartbeats(std::span<const Heartbeat> heartbeats);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::store
