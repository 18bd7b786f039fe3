#include "client/ops/retry_dead_letter.hpp"

#include <string>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest RetryDeadLetter::encode() const {
  return HttpRequest{.method = "POST",
                     .target = path_of({"admin", "dead-letters", std::to_string(id), "retry"})};
}

Result<RetryDeadLetter::Response> RetryDeadLetter::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "an item of the queue");
}

}  // namespace bot::client
