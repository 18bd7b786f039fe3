#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "server/http/principal.hpp"
#include "server/http/request.hpp"
#include "server/http/router.hpp"
#include "server/routes/request_rate.hpp"
#include "server/store/database.hpp"
#include "server/store/token_store.hpp"

namespace bot::routes {

// The answer to a user who was deleted between authentication and work.
Error user_is_gone();

// Who asks (design §3): X-API-Key is looked up by its SHA-256, X-Admin-API-Key is compared in
// constant time. A missing or wrong key is unauthenticated, a right one of the other kind alone is
// forbidden, and so is the key of a user that is not active. An address that keeps sending wrong
// keys is answered rate_limited instead; right keys pass all the same, because many users may
// share one address behind a proxy; but a user's key that asks more often than it may is answered
// rate_limited, too. Thread-safe.
class Authenticator {
 public:
  Authenticator(store::Database& database,
                const Clock& clock,
                const std::string& admin_key,
                RequestRateOptions rate = {});

  Result<http::Principal> authenticate(const http::Request& request, http::Access access);

  // A user's key outside of the header, as /ws takes it from its query.
  Result<http::Principal> user_of_key(std::string_view key, const std::string& peer_address);

 private:
  struct Bucket {
    double failures = 0;     // at `since`
    std::int64_t since = 0;  // monotonic ms

    double at(std::int64_t now) const;
  };

  Result<http::Principal> refuse_user_key(std::string_view key, const std::string& peer_address);
  Result<http::Principal> refuse_admin_key(std::string_view key, const std::string& peer_address);
  bool is_admin_key(std::string_view key) const;
  std::optional<store::TokenAndUser> find_token(std::string_view key);
  Error wrong_key(const std::string& peer_address, std::string_view detail);
  void forget_forgiven(std::int64_t now);
  void note_use(std::int64_t token_id, std::optional<UnixMillis> last_used_at);

  store::Database& database_;
  const Clock& clock_;
  const std::string admin_key_sha256_;  // in hex; its first digits are no secret
  RequestRate rate_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> failures_;  // by address; guarded by mutex_
};

}  // namespace bot::routes
