#pragma once

#include <string>

#include "base/clock.hpp"
#include "drivers/sql.hpp"
#include "server/http/principal.hpp"
#include "server/http/request.hpp"

namespace bot::routes {

// Writes down, in the caller's transaction, that somebody did something. `detail` holds no secret.
void audit(sql::Connection& connection,
           const http::Request& request,
           const http::Principal& who,
           const std::string& action,
           const std::string& subject,
           const std::string& detail,
           UnixMillis now);

}  // namespace bot::routes
