#pragma once

#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/service.hpp"

namespace bot::client {

// GET /version.
struct GetVersion {
  using Response = types::Version;
  static constexpr std::string_view operation_name = "get_version";
  static constexpr Access access = Access::none;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
