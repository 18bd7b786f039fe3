#pragma once

namespace bot::client {

// Which key an endpoint takes: the user's in X-API-Key, the administrator's in X-Admin-API-Key.
// `either` sends the user's when there is one, else the administrator's.
enum class Access { none, user, admin, either };

}  // namespace bot::client
