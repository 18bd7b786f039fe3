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

// GET /meetings, newest first; all of them unless `limit` is set. Older servers ignore the four
// fields.
struct ListMeetings {
  using Response = types::MeetingList;
  static constexpr std::string_view operation_name = "list_meetings";
  static constexpr Access access = Access::user;

  std::optional<std::int64_t> limit = std::nullopt;
  std::optional<std::int64_t> offset = std::nullopt;
  std::optional<std::string> status = std::nullopt;
  std::optional<std::string> platform = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
