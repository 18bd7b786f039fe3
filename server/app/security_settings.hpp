#pragma once

#include <vector>

#include "server/app/config.hpp"

namespace bot::app {

// TLS, the admin listener, CORS and privileges: part of settings().
std::vector<Setting> security_settings();

// What those settings demand of each other. Errors: invalid_argument.
Status check_security(const Config& config);

}  // namespace bot::app
