#include "client/ops/get_user.hpp"

#include <string>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GetUser::encode() const {
  return HttpRequest{.target = path_of({"admin", "users", std::to_string(id)})};
}

Result<GetUser::Response> GetUser::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a user");
}

}  // namespace bot::client
