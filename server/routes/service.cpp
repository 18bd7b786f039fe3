#include "client/types/service.hpp"

#include "base/time_format.hpp"
#include "client/types/token.hpp"
#include "server/routes/authentication.hpp"
#include "server/routes/openapi.hpp"
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

constexpr std::string_view service_name = "botd";

Result<Reply> ready(const ServiceFacts& facts) {
  types::Health health{.status = "ready", .service = std::string(service_name)};
  int status = 200;
  for (const auto& part : facts.parts()) {
    health.parts[part.name] = part.problem.empty() ? "ok" : part.problem;
    if (part.problem.empty()) continue;
    if (part.without == PartState::Without::not_ready) {
      health.status = "not ready";
      status = 503;
    } else if (status == 200) {
      health.status = "degraded";
    }
  }
  auto reply = json(status, health);
  if (status == 503) reply.headers.emplace_back("Retry-After", "1");
  return reply;
}

Result<Reply> who_am_i(store::Database& database, const Principal& who) {
  types::Identity identity;
  identity.admin = who.admin;
  if (who.admin) return json(200, identity);
  return database.read([&](sql::Connection& connection) -> Result<Reply> {
    const auto user = store::UserStore(connection).find(who.user_id);
    if (!user) return user_is_gone();
    identity.user_id = user->id;
    identity.email = user->email;
    identity.max_concurrent_bots = user->max_concurrent_bots;
    for (const auto& token : store::TokenStore(connection).list(user->id)) {
      if (token.id != who.token_id) continue;
      identity.token_id = token.id;
      identity.token_name = token.name;
      if (token.expires_at) identity.expires_at = format_time(*token.expires_at);
    }
    return json(200, identity);
  });
}

}  // namespace

void add_service_routes(http::Router& router, store::Database& database, ServiceFacts facts) {
  const auto kept = std::make_shared<const ServiceFacts>(std::move(facts));
  router.add({"GET",
              "/",
              Access::open,
              [](const Request&, const Principal&) -> Result<Reply> {
                return json(200, types::Message{"Welcome to botd"});
              },
              "Greet"});
  router.add({"GET",
              "/health",
              Access::open,
              [](const Request&, const Principal&) -> Result<Reply> {
                return json(200,
                            types::Health{.status = "ok", .service = std::string(service_name)});
              },
              "Say that the process lives"});
  router.add({"GET",
              "/ready",
              Access::open,
              [kept](const Request&, const Principal&) { return ready(*kept); },
              "Say whether every part works, and which does not"});
  router.add({"GET",
              "/version",
              Access::open,
              [kept](const Request&, const Principal&) -> Result<Reply> {
                return json(200, types::Version{kept->version, kept->commit, "botd/1"});
              },
              "Show the version"});
  router.add({"GET",
              "/metrics",
              Access::open,
              [kept](const Request&, const Principal&) -> Result<Reply> {
                return Reply{.status = 200,
                             .body = kept->metrics(),
                             .content_type = "text/plain; version=0.0.4; charset=utf-8"};
              },
              "Numbers for Prometheus"});
  router.add({"GET",
              "/auth/me",
              Access::either,
              [&database](const Request&, const Principal& who) { return who_am_i(database, who); },
              "Say whose key this is"});
  add_openapi_route(router, kept->version);
}

}  // namespace bot::routes
