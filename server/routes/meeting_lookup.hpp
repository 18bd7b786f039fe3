// Reading which meeting a request is about.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "drivers/sql.hpp"
#include "server/http/request.hpp"
#include "server/store/meeting_store.hpp"

namespace bot::routes {

struct MeetingPath {
  std::string platform;
  std::string native_meeting_id;
};

// {platform}/{native_meeting_id} of the path; an unknown platform is a 422 at ["path","platform"].
Result<MeetingPath> meeting_path(const http::Request& request);

// The user's newest meeting there; not_found in the contract's words.
Result<store::MeetingRow> newest_meeting(sql::Connection& connection,
                                         std::int64_t user_id,
                                         const MeetingPath& path);

// limit, offset, status and platform of the query. A limit is at most 1000.
Result<store::MeetingFilter> meeting_filter(const http::Request& request);

}  // namespace bot::routes
