// What the routes of the queue and of its dead letters have in common.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/types/queue_item.hpp"
#include "server/http/request.hpp"
#include "server/queue/queue.hpp"
#include "server/routes/routes.hpp"

namespace bot::routes {

// A lane's name, 1 to 200 bytes without control characters; `where` it was given: "path", "query"
// or "body".
Status check_lane(std::string_view where, const std::string& lane);

// The query parameters kind, search and before.
Result<queue::ItemFilter> item_filter(const http::Request& request);

enum class PurgeMode { count, remove };

// Purges what the filter selects at the beginning, in several transactions so that others get in
// between, or only counts it. `write_down` runs in the first one.
types::Purged purge(const QueueParts& parts,
                    const queue::ItemFilter& filter,
                    PurgeMode mode,
                    const std::function<void(sql::Connection&, UnixMillis now)>& write_down);

}  // namespace bot::routes
