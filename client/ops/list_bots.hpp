#pragma once

#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/meeting.hpp"

namespace bot::client {

// GET /bots: the meetings of the user that have a live bot.
struct ListBots {
  using Response = types::MeetingList;
  static constexpr std::string_view operation_name = "list_bots";
  static constexpr Access access = Access::user;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
