#include "server/routes/idempotency.hpp"

#include "base/unicode.hpp"
#include "drivers/crypto.hpp"
#include "server/http/validation.hpp"
#include "server/store/idempotency_store.hpp"

namespace bot::routes {
namespace {

constexpr std::size_t longest_key = 255;

}  // namespace

Result<IdempotencyKey> IdempotencyKey::of(const http::Request& request, const std::string& scope) {
  IdempotencyKey key;
  const auto text = request.header("Idempotency-Key");
  if (text.empty()) return key;
  if (text.size() > longest_key || has_control_characters(text)) {
    return http::invalid_field(
        "header", "Idempotency-Key", "must be 1 to 255 bytes without control characters");
  }
  key.scope_ = scope;
  key.key_sha256_ = sha256_hex(text);
  key.request_sha256_ = sha256_hex(request.method + " " + request.target + "\n" + request.body);
  return key;
}

Result<std::optional<http::Reply>> IdempotencyKey::earlier(sql::Connection& connection) const {
  if (!given()) return std::optional<http::Reply>();
  const auto found = store::IdempotencyStore(connection).find(scope_, key_sha256_);
  if (!found) return std::optional<http::Reply>();
  if (found->request_sha256 != request_sha256_) {
    return Error{.code = Errc::conflict,
                 .message = "This Idempotency-Key was used with another request"};
  }
  auto reply = http::json_reply(static_cast<int>(found->status), found->body);
  reply.headers.emplace_back("Idempotency-Replayed", "true");
  return std::optional<http::Reply>(std::move(reply));
}

Status IdempotencyKey::keep(sql::Connection& connection,
                            const http::Reply& reply,
                            UnixMillis now) const {
  if (!given()) return Unit{};
  const bool first = store::IdempotencyStore(connection)
                         .put(scope_,
                              key_sha256_,
                              {.request_sha256 = request_sha256_,
                               .status = reply.status,
                               .body = reply.body,
                               .created_at = now});
  if (first) return Unit{};
  return Error{.code = Errc::conflict,
               .message = "Another request with this Idempotency-Key is being answered"};
}

Result<http::Reply> create_once(
    store::Database& database,
    const Clock& clock,
    const IdempotencyKey& key,
    const std::function<Result<http::Reply>(sql::Connection&)>& create) {
  auto made = database.write([&](sql::Connection& connection) -> Result<http::Reply> {
    auto earlier = key.earlier(connection);
    if (!earlier) return std::move(earlier).error();
    if (*earlier) return **std::move(earlier);
    auto reply = create(connection);
    if (!reply) return reply;
    if (auto kept = key.keep(connection, *reply, clock.now_ms()); !kept) {
      return std::move(kept).error();
    }
    return reply;
  });
  if (made || made.error().code != Errc::conflict || !key.given()) return made;
  // Where writes run at once, a twin of this request may just have been answered.
  auto twin = database.read([&](sql::Connection& connection) { return key.earlier(connection); });
  if (twin && *twin) return **std::move(twin);
  return made;
}

}  // namespace bot::routes
