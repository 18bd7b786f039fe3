#pragma once

#include <string>

#include "base/clock.hpp"
#include "drivers/sql.hpp"
#include "server/http/principal.hpp"
#include "server/http/request.hpp"

namespace bot::routes {

// What somebody did to what: {"user.update", "user 7", "name"}. The detail holds no secret.
struct Deed {
  std::string action;
  std::string subject;
  std::string detail = {};
};

// Writes down, in the caller's transaction, that somebody did something.
void audit(sql::Connection& connection,
           const http::Request& request,
           const http::Principal& who,
           const Deed& deed,
           UnixMillis now);

}  // namespace bot::routes
