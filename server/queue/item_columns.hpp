// The columns of a queue item, and what is written when one dies: shared by the two halves of the
// queue.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/queue/item.hpp"
#include "server/store/database.hpp"
#include "server/store/row_reader.hpp"

namespace bot::queue {

#define BOT_ITEM_COLUMNS                                                                   \
  "id, lane, kind, payload, status, priority, run_at, attempts, max_attempts, unique_key," \
  " lease_owner, lease_until, fence, last_error, history, created_at, finished_at, fair_key"

Item read_item(store::RowReader& reader);

// The item's history with one more entry; the oldest ones go.
std::string with_event(const Item& item,
                       std::string_view event,
                       std::string_view error,
                       UnixMillis now);
// How often its worker was lost, since it was last revived.
std::int64_t losses_of(const Item& item);

void make_dead(sql::Connection& connection,
               const Item& item,
               std::string_view reason,
               UnixMillis now);

}  // namespace bot::queue
