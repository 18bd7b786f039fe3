#pragma once

#include <string>

#include "base/result.hpp"
#include "server/app/config.hpp"
#include "server/app/data_dir.hpp"
#include "server/store/database.hpp"

namespace bot::app {

struct Keys {
  std::string admin;
  std::string server;
  std::string replica;  // tells this server from others on the same database, also after a restart

  std::string replica_name() const { return replica.substr(0, 12); }
};

// Those of the data directory, which are made when they are not there, but for an admin key that is
// given.
Result<Keys> read_keys(const Config& config, const DataDir& data_dir);

// All servers of one database derive the bots' callback secrets from the same key: with PostgreSQL
// that of whoever came first.
std::string shared_secret(store::Database& database, const Config& config, const Keys& keys);

}  // namespace bot::app
