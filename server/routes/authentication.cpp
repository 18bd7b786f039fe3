#include "server/routes/authentication.hpp"

#include <algorithm>

#include "base/fault.hpp"
#include "base/text.hpp"
#include "drivers/crypto.hpp"

namespace bot::routes {
namespace {

// An address may send this many wrong keys at once, and one more a second after that.
constexpr double most_failures = 60;
constexpr double forgiven_per_ms = 1.0 / 1000;
constexpr std::size_t most_addresses = 10'000;
// A token's last use is stored at most this often.
constexpr UnixMillis use_granularity_ms = 60'000;
constexpr std::size_t fingerprint_digits = 8;

constexpr std::string_view no_admin_key = "Invalid or missing admin token.";
constexpr std::string_view no_user_key = "Missing API token (X-API-Key header)";
constexpr std::string_view wrong_user_key = "Invalid API token";

Error unauthenticated(std::string_view detail) {
  return {.code = Errc::unauthenticated, .message = std::string(detail)};
}

}  // namespace

Error user_is_gone() {
  return unauthenticated(wrong_user_key);
}

Authenticator::Authenticator(store::Database& database,
                             const Clock& clock,
                             const std::string& admin_key,
                             RequestRateOptions rate)
    : database_(database),
      clock_(clock),
      admin_key_sha256_(sha256_hex(admin_key)),
      rate_(clock, rate) {}

Result<http::Principal> Authenticator::authenticate(const http::Request& request,
                                                    http::Access access) {
  const auto admin_key = request.header("X-Admin-API-Key");
  const auto user_key = request.header("X-API-Key");
  const bool admin_may = access == http::Access::admin || access == http::Access::either;
  const bool user_may = access == http::Access::user || access == http::Access::either;
  if (admin_may && !admin_key.empty()) {
    if (is_admin_key(admin_key)) {
      return http::Principal{.admin = true,
                             .key_fingerprint = admin_key_sha256_.substr(0, fingerprint_digits)};
    }
    return wrong_key(request.peer_address, no_admin_key);
  }
  if (user_may && !user_key.empty()) return user_of_key(user_key, request.peer_address);
  if (!user_may && !user_key.empty()) return refuse_user_key(user_key, request.peer_address);
  if (!admin_may && !admin_key.empty()) return refuse_admin_key(admin_key, request.peer_address);
  return unauthenticated(user_may ? no_user_key : no_admin_key);
}

Result<http::Principal> Authenticator::refuse_user_key(std::string_view key,
                                                       const std::string& peer_address) {
  if (!find_token(key)) return wrong_key(peer_address, no_admin_key);
  return Error{.code = Errc::forbidden,
               .message = "This needs the admin key (X-Admin-API-Key header)"};
}

Result<http::Principal> Authenticator::refuse_admin_key(std::string_view key,
                                                        const std::string& peer_address) {
  if (!is_admin_key(key)) return wrong_key(peer_address, no_user_key);
  return Error{.code = Errc::forbidden, .message = "This needs a user's key (X-API-Key header)"};
}

Result<http::Principal> Authenticator::user_of_key(std::string_view key,
                                                   const std::string& peer_address) {
  const auto found = find_token(key);
  if (!found) return wrong_key(peer_address, wrong_user_key);
  if (found->user.status != domain::UserStatus::active) {
    return Error{
        .code = Errc::forbidden,
        .message = "This account is " + std::string(domain::to_string(found->user.status))};
  }
  if (const auto wait = rate_.refuse(found->token.id)) {
    return Error{.code = Errc::rate_limited,
                 .message = "Rate limit exceeded",
                 .retry_after_seconds =
                     static_cast<int>(std::chrono::ceil<std::chrono::seconds>(*wait).count())};
  }
  note_use(found->token.id, found->token.last_used_at);
  return http::Principal{.user_id = found->user.id, .token_id = found->token.id};
}

std::optional<store::TokenAndUser> Authenticator::find_token(std::string_view key) {
  const auto digest = sha256_hex(key);
  return database_.read_one([&](sql::Connection& connection) {
    return store::TokenStore(connection).find_live(digest, clock_.now_ms());
  });
}

bool Authenticator::is_admin_key(std::string_view key) const {
  return equal_in_constant_time(sha256_hex(key), admin_key_sha256_);
}

Error Authenticator::wrong_key(const std::string& peer_address, std::string_view detail) {
  const auto now = clock_.monotonic().count();
  const std::lock_guard lock(mutex_);
  if (failures_.size() > most_addresses) forget_forgiven(now);
  auto& bucket = failures_[peer_address];
  bucket.failures = bucket.at(now) + 1;
  bucket.since = now;
  if (bucket.failures <= most_failures) return unauthenticated(detail);
  bucket.failures = most_failures;
  return {.code = Errc::rate_limited,
          .message = "Too many requests with a wrong key",
          .retry_after_seconds = 1};
}

double Authenticator::Bucket::at(std::int64_t now) const {
  return std::max(0.0, failures - static_cast<double>(now - since) * forgiven_per_ms);
}

// REQUIRES: mutex_ is held.
void Authenticator::forget_forgiven(std::int64_t now) {
  std::erase_if(failures_, [now](const auto& entry) { return entry.second.at(now) <= 0; });
  // More guessers at once than can be told apart: memory is worth more than their punishment.
  if (failures_.size() > most_addresses / 2) failures_.clear();
}

void Authenticator::note_use(std::int64_t token_id, std::optional<UnixMillis> last_used_at) {
  const auto now = clock_.now_ms();
  // A last use in the future is of a clock that has been set back since.
  const bool just_now = last_used_at && *last_used_at <= now;
  if (just_now && now - *last_used_at < use_granularity_ms) return;
  try {
    database_.write_async(
        [token_id, now](sql::Connection& connection) {
          store::TokenStore(connection).touch(token_id, now);
        },
        [](const auto&) {});
  } catch (const Unavailable&) {
    return;  // the next use is soon enough
  }
}

}  // namespace bot::routes
