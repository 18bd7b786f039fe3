#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/duration.hpp"

namespace bot::queue {

// ready (also when its time has not come yet) -> leased -> done | dead; back to ready for a retry.
// The names of the enumerators are stored.
enum class ItemStatus { ready, leased, done, dead };

std::string_view to_string(ItemStatus status);
std::optional<ItemStatus> item_status(std::string_view name);

struct NewItem {
  std::string lane;
  std::string kind;
  std::string payload = "{}";
  std::int64_t priority = 0;              // the larger goes first
  std::optional<UnixMillis> run_at = {};  // not before; default: now
  std::int64_t max_attempts = 5;
  std::optional<std::string> unique_key = {};  // one unfinished item of this key in the lane
  // Whose work it is, where a lane keeps one from taking all its workers.
  std::optional<std::string> fair_key = {};
  std::optional<Millis> time_limit = {};  // that one attempt may take; default: its lane's
};

struct Item {
  std::int64_t id = 0;
  std::string lane;
  std::string kind;
  std::string payload;
  ItemStatus status = ItemStatus::ready;
  std::int64_t priority = 0;
  UnixMillis run_at = 0;
  std::int64_t attempts = 0;  // with the one that runs; what was given back does not count
  std::int64_t max_attempts = 0;
  std::optional<std::string> unique_key;
  std::optional<std::string> lease_owner;
  std::optional<UnixMillis> lease_until;
  std::int64_t fence = 0;  // grows with each claim; whoever holds an older one has lost the item
  std::optional<std::string> last_error;
  std::string history = "[]";  // JSON: the last 20 of {at, event, attempt, error}
  UnixMillis created_at = 0;
  std::optional<UnixMillis> finished_at;
  std::optional<std::string> fair_key;
  std::optional<UnixMillis> started_at;  // of the first attempt since it was enqueued or revived
  std::optional<Millis> time_limit;
  std::optional<UnixMillis> cancel_requested_at;  // while it is leased: not ready again after that
  std::optional<UnixMillis> cancelled_at;         // with the status `done`: it was cancelled
};

struct LaneCounts {
  std::string lane;
  std::int64_t ready = 0;      // could run now
  std::int64_t scheduled = 0;  // their time has not come
  std::int64_t leased = 0;
  std::int64_t dead = 0;
  std::optional<UnixMillis> oldest_ready_at;  // since when the longest waiting one could have run
  std::optional<UnixMillis> paused_at;
};

}  // namespace bot::queue
