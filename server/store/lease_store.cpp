#include "server/store/lease_store.hpp"

namespace bot::store {

bool LeaseStore::take(std::string_view name,
                      std::string_view owner,
                      UnixMillis until,
                      UnixMillis now) {
  return connection_
             .query(
                 "INSERT INTO leases (name, owner, until) VALUES ($1, $2, $3)"
                 " ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until"
                 " WHERE leases.owner = excluded.owner OR leases.until <= $4",
                 {name, owner, until, now})
             .changed() != 0;
}

bool LeaseStore::is_free(std::string_view name, std::string_view owner, UnixMillis now) {
  return connection_
      .query("SELECT 1 FROM leases WHERE name = $1 AND owner <> $2 AND until > $3",
             {name, owner, now})
      .empty();
}

void LeaseStore::release(std::string_view name, std::string_view owner) {
  connection_.query("DELETE FROM leases WHERE name = $1 AND owner = $2", {name, owner});
}

}  // namespace bot::store
