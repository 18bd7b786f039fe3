// Items, lanes and workers as the wire shows them.
#pragma once

#include "client/types/lane.hpp"
#include "client/types/queue_history.hpp"
#include "client/types/queue_item.hpp"
#include "client/types/worker.hpp"
#include "server/queue/queue.hpp"
#include "server/store/worker_store.hpp"

namespace bot::routes {

types::QueueItem to_wire(const queue::Item& item);
types::QueueItemList to_wire(const std::vector<queue::Item>& items);
types::Lane to_wire(const queue::LaneCounts& lane, UnixMillis now);
types::QueueDay to_wire(const queue::LaneDay& day);
types::Worker to_wire(const store::WorkerRow& worker, UnixMillis now);

}  // namespace bot::routes
