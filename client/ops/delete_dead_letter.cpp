#include "client/ops/delete_dead_letter.hpp"

#include <string>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest DeleteDeadLetter::encode() const {
  return HttpRequest{.method = "DELETE",
                     .target = path_of({"admin", "dead-letters", std::to_string(id)})};
}

Result<DeleteDeadLetter::Response> DeleteDeadLetter::decode(const HttpResponse& answer) {
  if (answer.status == 204) return Unit{};
  return expect_json(answer);
}

}  // namespace bot::client
