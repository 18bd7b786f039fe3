#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/sql.hpp"
#include "server/store/rows.hpp"

namespace bot::store {

struct NewDelivery {
  std::int64_t user_id = 0;
  std::optional<std::int64_t> meeting_id = {};
  std::string event_id;
  std::string event_type;
  std::string url;
  std::string body;
};

// One attempt at a delivery.
struct DeliveryAttempt {
  std::optional<std::int64_t> response_status = {};  // null: no answer
  std::optional<std::string> error = {};
};

// Webhook events on their way: queued -> delivered | dead.
class DeliveryStore {
 public:
  explicit DeliveryStore(sql::Connection& connection) : connection_(connection) {}

  // nullopt when an event with that id is there already.
  std::optional<DeliveryRow> add(const NewDelivery& delivery, UnixMillis now);
  std::optional<DeliveryRow> find(std::int64_t id);
  // Newest first.
  std::vector<DeliveryRow> of_user(std::int64_t user_id, std::int64_t limit);
  // Each counts one attempt. False when it is not queued any more.
  bool delivered(std::int64_t id, std::int64_t response_status, UnixMillis now);
  bool failed(std::int64_t id, const DeliveryAttempt& attempt);
  bool dead(std::int64_t id, const DeliveryAttempt& attempt);
  // It will not be delivered, for a reason other than an attempt. False when it is not queued any
  // more.
  bool give_up(std::int64_t id, std::string_view reason);
  // A dead one is queued again. False when it is not dead.
  bool requeue(std::int64_t id);
  // Gives up, at most `limit`, queued ones created before `before` that no unfinished item of the
  // lane is to deliver; returns how many.
  std::size_t give_up_abandoned(std::string_view lane, UnixMillis before, std::int64_t limit);
  // Finished ones created before `before`, at most `limit`; returns how many went.
  std::size_t purge_before(UnixMillis before, std::int64_t limit = 1000);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::store
