#include "server/store/generate_window_store.hpp"

namespace bot::store {

GenerateWindow GenerateWindowStore::find(std::int64_t token_id) {
  const auto rows = connection_.query(
      "SELECT begun, requests FROM generate_windows WHERE token_id = $1", {token_id});
  if (rows.empty()) return {};
  return {.begun = rows[0].integer("begun"), .requests = rows[0].integer("requests")};
}

void GenerateWindowStore::put(std::int64_t token_id, const GenerateWindow& window) {
  connection_.query(
      "INSERT INTO generate_windows (token_id, begun, requests) VALUES ($1, $2, $3)"
      " ON CONFLICT (token_id) DO UPDATE SET begun = excluded.begun, requests = excluded.requests",
      {token_id, window.begun, window.requests});
}

std::size_t GenerateWindowStore::purge_before(UnixMillis before, std::int64_t limit) {
  return connection_
      .query(
          "DELETE FROM generate_windows WHERE begun < $1 AND token_id IN"
          " (SELECT token_id FROM generate_windows WHERE begun < $1 ORDER BY token_id LIMIT $2)",
          {before, limit})
      .changed();
}

}  // namespace bot::store
