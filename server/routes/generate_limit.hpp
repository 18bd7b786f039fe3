#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "drivers/sql.hpp"
#include "server/http/principal.hpp"

namespace bot::routes {

// How often one key may ask for accounts.
inline constexpr UnixMillis generate_window_ms = 60'000;

// Counts a request for accounts of this key in the caller's transaction, in a window that all
// servers share; no limit for the administrator. forbidden when users may not ask for any (a limit
// of 0); rate_limited, until when, with everything that was allowed in the window used up.
Status count_generate_request(sql::Connection& connection,
                              const http::Principal& who,
                              std::int64_t limit,
                              UnixMillis now);

}  // namespace bot::routes
