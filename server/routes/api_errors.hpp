#pragma once

#include <string_view>

#include "server/http/reply.hpp"

namespace bot::routes {

// Errors under /api/ have the form of admin-messaging-jobs §3.1, {"success":false,"error":…}, in
// place of {"detail":…}; what is wrong with a request is a 400 there, never a 422, and a 429 says
// when to come back. Of every other path, and what is in that form already, the answer stays as it
// is.
http::Reply shape_api_error(std::string_view path, http::Reply reply);

}  // namespace bot::routes
