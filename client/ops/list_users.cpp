#include "client/ops/list_users.hpp"

#include <string>
#include <utility>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListUsers::encode() const {
  std::string target = "/admin/users";
  add_query(target, "skip", skip);
  add_query(target, "limit", limit);
  return HttpRequest{.target = std::move(target)};
}

Result<ListUsers::Response> ListUsers::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of users");
}

}  // namespace bot::client
