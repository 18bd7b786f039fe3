#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/audit.hpp"

namespace bot::client {

// GET /admin/audit: who changed what, newest first.
struct ListAudit {
  using Response = types::AuditList;
  static constexpr std::string_view operation_name = "list_audit";
  static constexpr Access access = Access::admin;

  std::optional<std::string> subject = std::nullopt;
  std::optional<std::string> action = std::nullopt;
  std::optional<std::int64_t> before = std::nullopt;  // an entry's id
  std::optional<std::int64_t> limit = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
