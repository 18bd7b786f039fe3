#include "client/ops/take_job_tokens.hpp"

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest TakeJobTokens::encode() const {
  return HttpRequest{.method = "POST", .target = path_of({"api", "jobs", id, "tokens"})};
}

Result<TakeJobTokens::Response> TakeJobTokens::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of tokens");
}

}  // namespace bot::client
