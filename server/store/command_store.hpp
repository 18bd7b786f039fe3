#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/sql.hpp"
#include "server/store/rows.hpp"

namespace bot::store {

struct NewCommand {
  std::int64_t meeting_id = 0;
  std::string session_uid;
  std::string action;
  std::string payload = "{}";
};

// Commands to bots: a row first, then a message (design §3). sent -> delivered -> acknowledged.
class CommandStore {
 public:
  explicit CommandStore(sql::Connection& connection) : connection_(connection) {}

  CommandRow add(const NewCommand& command, UnixMillis now);
  std::optional<CommandRow> find(std::int64_t id);
  // Oldest first.
  std::vector<CommandRow> of_meeting(std::int64_t meeting_id);
  // Of the session, after `after_id`, not acknowledged yet: what a bot that reconnects missed.
  // Oldest first.
  std::vector<CommandRow> undelivered(std::string_view session_uid, std::int64_t after_id);
  // For a look at many sessions at once: the last id of those that have something undelivered.
  std::vector<std::pair<std::string, std::int64_t>> last_undelivered(
      std::span<const std::string> session_uids);
  // Commands of the session that were not published yet, oldest first, for the caller alone until
  // `until` or end_publishing; nullopt while somebody else has them;
  // none when the session is gone.
  std::optional<std::vector<CommandRow>> begin_publishing(std::string_view session_uid,
                                                          UnixMillis until,
                                                          UnixMillis now);
  // Those up to `last_id` were published.
  void end_publishing(std::string_view session_uid, std::int64_t last_id, UnixMillis now);
  // False unless it was merely sent.
  // How many commands of the session no bot has acknowledged.
  std::int64_t count_open(std::string_view session_uid);
  bool mark_delivered(std::int64_t id, UnixMillis now);
  // Only the session that the command was for can acknowledge it; again is false and changes
  // nothing.
  bool acknowledge(std::int64_t id,
                   std::string_view session_uid,
                   std::string_view result,
                   UnixMillis now);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::store
