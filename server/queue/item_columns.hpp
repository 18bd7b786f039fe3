// The columns of a queue item, and its history.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/queue/item.hpp"
#include "server/store/database.hpp"
#include "server/store/row_reader.hpp"

namespace bot::queue {

#define BOT_ITEM_COLUMNS                                                                      \
  "id, lane, kind, payload, status, priority, run_at, attempts, max_attempts, unique_key,"    \
  " lease_owner, lease_until, fence, last_error, history, created_at, finished_at, fair_key," \
  " started_at, time_limit, cancel_requested_at, cancelled_at"

Item read_item(store::RowReader& reader);

// The item's history with one more entry; the oldest ones go.
std::string with_event(const Item& item,
                       std::string_view event,
                       std::string_view error,
                       UnixMillis now);

}  // namespace bot::queue
