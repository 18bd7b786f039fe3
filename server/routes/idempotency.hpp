// Idempotency-Key on creates (design §3): the same key with the same request gets the first answer
// again, with another request it is refused.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "server/http/reply.hpp"
#include "server/http/request.hpp"
#include "server/store/database.hpp"

namespace bot::routes {

// The key that came with one request, bound to who asked and what for; nothing when none came.
class IdempotencyKey {
 public:
  // `scope` says whose key it is and for which operation: "user 7 POST /bots". A key longer than
  // 255 bytes or with control characters is invalid_argument.
  static Result<IdempotencyKey> of(const http::Request& request, const std::string& scope);

  bool given() const { return !key_sha256_.empty(); }

  // The answer given before; conflict when it was given to another request.
  Result<std::optional<http::Reply>> earlier(sql::Connection& connection) const;
  // Stores the answer in the caller's transaction. Conflict when another request of this key was
  // faster.
  Status keep(sql::Connection& connection, const http::Reply& reply, UnixMillis now) const;

 private:
  std::string scope_;
  std::string key_sha256_;
  std::string request_sha256_;
};

// Runs `create` in one transaction, once for each key.
Result<http::Reply> create_once(store::Database& database,
                                const Clock& clock,
                                const IdempotencyKey& key,
                                const std::function<Result<http::Reply>(sql::Connection&)>& create);

}  // namespace bot::routes
