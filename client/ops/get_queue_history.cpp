#include "client/ops/get_queue_history.hpp"

#include <string>
#include <utility>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GetQueueHistory::encode() const {
  std::string target = "/admin/queue/history";
  add_query(target, "days", days);
  return HttpRequest{.target = std::move(target)};
}

Result<GetQueueHistory::Response> GetQueueHistory::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a history of the queue");
}

}  // namespace bot::client
