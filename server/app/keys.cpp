#include "server/app/keys.hpp"

#include <utility>

#include "server/store/setting_store.hpp"

namespace bot::app {

Result<Keys> read_keys(const Config& config, const DataDir& data_dir) {
  Keys keys;
  for (const auto& [file, key] :
       {std::pair("server.secret", &keys.server), std::pair("replica.id", &keys.replica)}) {
    auto made = data_dir.secret(file);
    if (!made) return std::move(made).error();
    *key = *std::move(made);
  }
  auto admin = config.admin_key ? Result(*config.admin_key) : data_dir.secret("admin.key");
  if (!admin) return std::move(admin).error();
  keys.admin = *std::move(admin);
  return keys;
}

std::string shared_secret(store::Database& database, const Config& config, const Keys& keys) {
  if (config.database_url.empty()) return keys.server;
  return database.write([&](sql::Connection& connection) {
    return store::SettingStore(connection).keep("server_secret", keys.server);
  });
}

}  // namespace bot::app
