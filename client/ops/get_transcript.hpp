#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/transcript.hpp"

namespace bot::client {

// GET /transcripts/{platform}/{native_meeting_id}: of the newest such meeting, or of exactly
// `meeting_id`.
struct GetTranscript {
  using Response = types::Transcript;
  static constexpr std::string_view operation_name = "get_transcript";
  static constexpr Access access = Access::user;

  std::string platform = {};
  std::string native_meeting_id = {};
  std::optional<std::int64_t> meeting_id = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
