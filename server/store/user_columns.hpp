// The columns of a user as UserStore and TokenStore select them.
#pragma once

#include "server/store/row_reader.hpp"
#include "server/store/rows.hpp"

namespace bot::store {

#define BOT_USER_COLUMNS                                                                       \
  "users.id, users.email, users.name, users.image_url, users.max_concurrent_bots, users.data," \
  " users.created_at, users.webhook_url, users.webhook_secret, users.webhook_updated_at,"      \
  " users.status"

UserRow read_user(RowReader& reader);

}  // namespace bot::store
