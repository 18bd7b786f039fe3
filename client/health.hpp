#pragma once

#include "client/client.hpp"
#include "client/types/service.hpp"

namespace bot::client {

// GET /health; where that is unknown (404: gateways of 2025) GET /, whose greeting becomes
// `service` of a Health with status "ok".
Result<types::Health> check_health(const Client& client, const ExchangeOptions& options = {});

}  // namespace bot::client
