#include "client/ops/get_dead_letter.hpp"

#include <string>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GetDeadLetter::encode() const {
  return HttpRequest{.target = path_of({"admin", "dead-letters", std::to_string(id)})};
}

Result<GetDeadLetter::Response> GetDeadLetter::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a dead letter");
}

}  // namespace bot::client
