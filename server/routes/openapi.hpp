#pragma once

#include <string>

#include "server/http/router.hpp"

namespace bot::routes {

// The OpenAPI 3.1 document of every route of the router but the internal ones. Tests hold real
// answers against its schemas.
std::string openapi_document(const http::Router& router, const std::string& version);

}  // namespace bot::routes
