#include "client/ops/list_queue_items.hpp"

#include <string>
#include <utility>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListQueueItems::encode() const {
  std::string target = path_of({"admin", "queue", lane, "items"});
  add_query(target, "status", status);
  add_query(target, "kind", kind);
  add_query(target, "search", search);
  add_query(target, "before", before);
  add_query(target, "limit", limit);
  return HttpRequest{.target = std::move(target)};
}

Result<ListQueueItems::Response> ListQueueItems::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of items");
}

}  // namespace bot::client
