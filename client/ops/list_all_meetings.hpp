#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/meeting.hpp"

namespace bot::client {

// GET /admin/meetings: everybody's, newest first.
struct ListAllMeetings {
  using Response = types::MeetingList;
  static constexpr std::string_view operation_name = "list_all_meetings";
  static constexpr Access access = Access::admin;

  std::optional<std::string> status = std::nullopt;
  std::optional<std::int64_t> user_id = std::nullopt;
  std::optional<std::int64_t> limit = std::nullopt;
  std::optional<std::int64_t> offset = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
