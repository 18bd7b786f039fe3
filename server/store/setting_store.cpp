#include "server/store/setting_store.hpp"

namespace bot::store {

std::optional<std::string> SettingStore::find(std::string_view key) {
  const auto rows = connection_.query("SELECT value FROM settings WHERE key = $1", {key});
  if (rows.empty()) return std::nullopt;
  return rows[0].text(0);
}

void SettingStore::put(std::string_view key, std::string_view value) {
  connection_.query(
      "INSERT INTO settings (key, value) VALUES ($1, $2)"
      " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      {key, value});
}

std::string SettingStore::keep(std::string_view key, std::string_view value) {
  connection_.query(
      "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING",
      {key, value});
  return find(key).value();
}

bool SettingStore::remove(std::string_view key) {
  return connection_.query("DELETE FROM settings WHERE key = $1", {key}).changed() != 0;
}

}  // namespace bot::store
