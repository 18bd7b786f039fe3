#include "server/store/replica_store.hpp"

#include "server/store/row_reader.hpp"

namespace bot::store {
namespace {

ReplicaRow read_replica(RowReader& reader) {
  ReplicaRow replica;
  replica.id = reader.text();
  replica.place = reader.text();
  replica.url = reader.text();
  replica.seen_at = reader.integer();
  return replica;
}

}  // namespace

void ReplicaStore::put(const ReplicaRow& replica) {
  connection_.query(
      "INSERT INTO replicas (id, place, url, seen_at) VALUES ($1, $2, $3, $4)"
      " ON CONFLICT (id) DO UPDATE SET place = excluded.place, url = excluded.url,"
      " seen_at = excluded.seen_at",
      {replica.id, replica.place, replica.url, replica.seen_at});
}

std::vector<ReplicaRow> ReplicaStore::all() {
  return read_all(connection_.query("SELECT id, place, url, seen_at FROM replicas ORDER BY id"),
                  read_replica);
}

void ReplicaStore::remove(std::string_view id) {
  connection_.query("DELETE FROM replicas WHERE id = $1", {id});
}

}  // namespace bot::store
