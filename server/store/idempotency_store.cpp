#include "server/store/idempotency_store.hpp"

#include "server/store/row_reader.hpp"

namespace bot::store {
namespace {

IdempotentAnswer read_answer(RowReader& reader) {
  IdempotentAnswer answer;
  answer.request_sha256 = reader.text();
  answer.status = reader.integer();
  answer.body = reader.text();
  answer.created_at = reader.integer();
  return answer;
}

}  // namespace

std::optional<IdempotentAnswer> IdempotencyStore::find(std::string_view scope,
                                                       std::string_view key_sha256) {
  return read_first(
      connection_.query("SELECT request_sha256, status, body, created_at FROM idempotency_keys"
                        " WHERE scope = $1 AND key_sha256 = $2",
                        {scope, key_sha256}),
      read_answer);
}

bool IdempotencyStore::put(std::string_view scope,
                           std::string_view key_sha256,
                           const IdempotentAnswer& answer) {
  return connection_
             .query(
                 "INSERT INTO idempotency_keys"
                 " (scope, key_sha256, request_sha256, status, body, created_at)"
                 " VALUES ($1, $2, $3, $4, $5, $6)"
                 " ON CONFLICT (scope, key_sha256) DO NOTHING",
                 {scope,
                  key_sha256,
                  answer.request_sha256,
                  answer.status,
                  answer.body,
                  answer.created_at})
             .changed() != 0;
}

std::size_t IdempotencyStore::purge_before(UnixMillis before, std::int64_t limit) {
  return connection_
      .query(
          "DELETE FROM idempotency_keys WHERE (scope, key_sha256) IN"
          " (SELECT scope, key_sha256 FROM idempotency_keys WHERE created_at < $1"
          " ORDER BY created_at LIMIT $2)",
          {before, limit})
      .changed();
}

}  // namespace bot::store
