#include "base/duration.hpp"
#include "base/ids.hpp"
#include "drivers/crypto.hpp"
#include "server/http/validation.hpp"
#include "server/routes/audit.hpp"
#include "server/routes/idempotency.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/wire.hpp"
#include "server/store/token_store.hpp"
#include "server/store/user_store.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;

constexpr std::size_t token_length = 40;
constexpr std::size_t longest_name = 100;

struct TokenWish {
  std::optional<std::string> name;
  std::optional<Millis> lifetime;
};

Result<TokenWish> read_wish(const Request& request) {
  auto parsed = http::parse_body(request, http::BodyNeed::optional);
  if (!parsed) return std::move(parsed).error();
  http::BodyReader body(*parsed);
  TokenWish wish{.name = body.optional_string("name"), .lifetime = std::nullopt};
  body.limit_length("name", wish.name, longest_name);
  if (const auto text = body.optional_string("expires_in")) {
    const auto lifetime = parse_duration(*text);
    if (lifetime && *lifetime > Millis{0}) {
      wish.lifetime = *lifetime;
    } else {
      body.refuse("expires_in", "value is not a duration such as 12h or 90d");
    }
  }
  if (auto sound = body.status(); !sound) return std::move(sound).error();
  return wish;
}

// The stored answer to a repeated request cannot hold the value, which is stored hashed only.
Error shown_once(std::int64_t user_id) {
  return {.code = Errc::conflict,
          .message = "A token of user " + std::to_string(user_id) +
                     " was already created with this Idempotency-Key and its value is shown only "
                     "once; revoke it and create another"};
}

Result<Reply> create(store::Database& database,
                     const Clock& clock,
                     const Request& request,
                     const Principal& who) {
  const auto user_id = http::path_int(request, "user_id");
  if (!user_id) return user_id.error();
  const auto wish = read_wish(request);
  if (!wish) return wish.error();
  const auto key = IdempotencyKey::of(request, "admin POST /admin/users/{user_id}/tokens");
  if (!key) return key.error();
  const auto value = random_alphanumeric(token_length);
  return database.write([&](sql::Connection& connection) -> Result<Reply> {
    const auto earlier = key->earlier(connection);
    if (!earlier) return earlier.error();
    if (*earlier) return shown_once(*user_id);
    if (!store::UserStore(connection).lock(*user_id)) {
      return Error{.code = Errc::not_found, .message = "User not found"};
    }
    const auto now = clock.now_ms();
    std::optional<UnixMillis> expires_at;
    if (wish->lifetime) expires_at = now + wish->lifetime->count();
    const auto row = store::TokenStore(connection)
                         .create({.user_id = *user_id,
                                  .token_sha256 = sha256_hex(value),
                                  .name = wish->name,
                                  .expires_at = expires_at},
                                 now);
    audit(connection,
          request,
          who,
          {"token.create", "user " + std::to_string(*user_id), "token " + std::to_string(row.id)},
          now);
    if (auto kept = key->keep(connection, json(201, to_wire(row)), now); !kept) {
      return std::move(kept).error();
    }
    return json(201, to_wire(row, value));
  });
}

Result<Reply> list(store::Database& database, const Request& request) {
  const auto user_id = http::path_int(request, "user_id");
  if (!user_id) return user_id.error();
  return database.read([&](sql::Connection& connection) -> Result<Reply> {
    if (!store::UserStore(connection).find(*user_id)) {
      return Error{.code = Errc::not_found, .message = "User not found"};
    }
    std::vector<types::Token> tokens;
    for (const auto& row : store::TokenStore(connection).list(*user_id)) {
      tokens.push_back(to_wire(row));
    }
    return json(200, tokens);
  });
}

Result<Reply> revoke(store::Database& database,
                     const Clock& clock,
                     const Request& request,
                     const Principal& who) {
  const auto id = http::path_int(request, "token_id");
  if (!id) return id.error();
  return database.write([&](sql::Connection& connection) -> Result<Reply> {
    if (!store::TokenStore(connection).remove(*id)) {
      return Error{.code = Errc::not_found, .message = "Token not found"};
    }
    audit(
        connection, request, who, {"token.revoke", "token " + std::to_string(*id)}, clock.now_ms());
    return http::no_content();
  });
}

}  // namespace

void add_token_routes(http::Router& router, store::Database& database, const Clock& clock) {
  router.add({"POST",
              "/admin/users/{user_id}/tokens",
              Access::admin,
              accounted(
                  database,
                  clock,
                  "token.create",
                  [](const Request& request) { return "user " + request.param("user_id"); },
                  [&](const Request& request, const Principal& who) {
                    return create(database, clock, request, who);
                  }),
              "Create an API token; its value is shown this once"});
  router.add(
      {"GET",
       "/admin/users/{user_id}/tokens",
       Access::admin,
       [&](const Request& request, const Principal& /*who*/) { return list(database, request); },
       "List a user's tokens without their values"});
  router.add({"DELETE",
              "/admin/tokens/{token_id}",
              Access::admin,
              accounted(
                  database,
                  clock,
                  "token.revoke",
                  [](const Request& request) { return "token " + request.param("token_id"); },
                  [&](const Request& request, const Principal& who) {
                    return revoke(database, clock, request, who);
                  }),
              "Revoke a token"});
}

}  // namespace bot::routes
