#include "server/routes/meeting_lookup.hpp"

#include "base/trace.hpp"
#include "server/domain/meeting_address.hpp"
#include "server/domain/texts.hpp"
#include "server/http/validation.hpp"

namespace bot::routes {
namespace {

constexpr std::int64_t largest_page = 1000;

}  // namespace

Result<MeetingPath> meeting_path(const http::Request& request) {
  MeetingPath path{request.param("platform"), request.param("native_meeting_id")};
  // No meeting has such an id, and not every engine takes the question.
  if (path.native_meeting_id.find('\0') != std::string::npos) {
    return Error{.code = Errc::not_found, .message = "Meeting not found"};
  }
  if (domain::is_platform(path.platform)) return path;
  return http::invalid(
      {{.loc = {"path", "platform"},
        .msg = "value is not a valid enumeration member; permitted: 'google_meet', 'zoom', 'teams'",
        .type = "type_error.enum",
        .ctx_json = R"({"enum_values":["google_meet","zoom","teams"]})"}});
}

Result<store::MeetingRow> newest_meeting(sql::Connection& connection,
                                         std::int64_t user_id,
                                         const MeetingPath& path) {
  auto row =
      store::MeetingStore(connection).find_newest(user_id, path.platform, path.native_meeting_id);
  if (row) {
    trace_meeting(row->id);
    return *std::move(row);
  }
  return Error{.code = Errc::not_found,
               .message = domain::meeting_not_found_text(path.platform, path.native_meeting_id)};
}

Result<store::MeetingFilter> meeting_filter(const http::Request& request) {
  store::MeetingFilter filter;
  const auto limit = http::query_optional_int(request, "limit", {.least = 0, .most = largest_page});
  if (!limit) return limit.error();
  const auto offset = http::query_int(request, "offset", 0);
  if (!offset) return offset.error();
  const auto status = http::query_enum(
      request, "status", {"reserved", "starting", "active", "stopping", "completed", "failed"});
  if (!status) return status.error();
  const auto platform = http::query_enum(request, "platform", {"google_meet", "zoom", "teams"});
  if (!platform) return platform.error();
  filter.limit = *limit;
  filter.offset = *offset;
  if (*status) filter.status = domain::parse_meeting_state(**status);
  filter.platform = *platform;
  return filter;
}

}  // namespace bot::routes
