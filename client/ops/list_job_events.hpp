#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/job_event.hpp"

namespace bot::client {

// GET /api/jobs/events: what happened to jobs after `since`, oldest first. Where there is nothing
// yet the server waits for it, at most `wait` seconds, and then answers an empty page.
struct ListJobEvents {
  using Response = types::JobEventPage;
  static constexpr std::string_view operation_name = "list_job_events";
  static constexpr Access access = Access::either;

  std::optional<std::int64_t> since = std::nullopt;
  std::optional<std::string> job_id = std::nullopt;
  std::optional<std::int64_t> wait = std::nullopt;
  std::optional<std::int64_t> limit = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
