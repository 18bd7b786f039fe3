#include "client/ops/find_user.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest FindUser::encode() const {
  return HttpRequest{.target = path_of({"admin", "users", "email", email})};
}

Result<FindUser::Response> FindUser::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a user");
}

}  // namespace bot::client
