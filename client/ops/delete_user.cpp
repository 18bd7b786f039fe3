#include "client/ops/delete_user.hpp"

#include <string>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest DeleteUser::encode() const {
  return HttpRequest{.method = "DELETE", .target = path_of({"admin", "users", std::to_string(id)})};
}

Result<DeleteUser::Response> DeleteUser::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a message");
}

}  // namespace bot::client
