#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/service.hpp"

namespace bot::client {

// DELETE /meetings/{platform}/{native_meeting_id}: transcripts go, personal data is blanked.
struct DeleteMeeting {
  using Response = types::Message;
  static constexpr std::string_view operation_name = "delete_meeting";
  static constexpr Access access = Access::user;

  std::string platform = {};
  std::string native_meeting_id = {};

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
