#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"
#include "client/access.hpp"
#include "client/http/transport.hpp"
#include "client/types/job_event.hpp"

namespace bot::client {

// Behind all that has happened.
struct FromNow {};

// GET /api/jobs/events: what happened to jobs after the event `since`, or from now on, oldest
// first. Where there is nothing yet the server waits for it, at most `wait` seconds, and then
// answers an empty page; its `next` is the `since` to go on with.
struct ListJobEvents {
  using Response = types::JobEventPage;
  static constexpr std::string_view operation_name = "list_job_events";
  static constexpr Access access = Access::either;

  std::optional<std::variant<std::int64_t, FromNow>> since = std::nullopt;
  std::optional<std::string> job_id = std::nullopt;
  std::optional<std::int64_t> wait = std::nullopt;
  std::optional<std::int64_t> limit = std::nullopt;

  HttpRequest encode() const;
  static Result<Response> decode(const HttpResponse& answer);
};

}  // namespace bot::client
