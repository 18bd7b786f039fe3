#pragma once

#include <string>
#include <string_view>

#include "server/http/router.hpp"

namespace bot::routes {

// The OpenAPI 3.1 document of every route of the router but the internal ones. Tests hold real
// answers against its schemas.
std::string openapi_document(const http::Router& router, const std::string& version);

// The pattern of the route that shows it.
inline constexpr std::string_view openapi_path = "/openapi.json";

// Adds that route; the document has it and all that were added before.
void add_openapi_route(http::Router& router, const std::string& version);

}  // namespace bot::routes
