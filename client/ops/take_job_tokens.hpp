#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/account.hpp"

namespace bot::client {

// POST /api/jobs/{id}/tokens: the tokens of its accounts, answered once; 409 after that.
struct TakeJobTokens {
  using Response = types::AccountTokens;
  static constexpr std::string_view operation_name = "take_job_tokens";
  static constexpr Access access = Access::either;

  std::string id = {};

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
