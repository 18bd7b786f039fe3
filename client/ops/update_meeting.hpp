#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/meeting.hpp"

namespace bot::client {

// PATCH /meetings/{platform}/{native_meeting_id}: the fields that are set are merged into `data`.
struct UpdateMeeting {
  using Response = types::Meeting;
  static constexpr std::string_view operation_name = "update_meeting";
  static constexpr Access access = Access::user;

  std::string platform = {};
  std::string native_meeting_id = {};
  std::optional<std::string> name = std::nullopt;
  std::optional<std::vector<std::string>> participants = std::nullopt;
  std::optional<std::vector<std::string>> languages = std::nullopt;
  std::optional<std::string> notes = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
