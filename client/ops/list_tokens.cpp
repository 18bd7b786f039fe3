#include "client/ops/list_tokens.hpp"

#include <string>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListTokens::encode() const {
  return HttpRequest{.target = path_of({"admin", "users", std::to_string(user_id), "tokens"})};
}

Result<ListTokens::Response> ListTokens::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of tokens");
}

}  // namespace bot::client
