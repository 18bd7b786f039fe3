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

// What the seed's health checks ask (admin-messaging-jobs §3.1).
Result<Reply> ready_in_short(const ServiceFacts& facts) {
  for (const auto& part : facts.parts()) {
    if (part.problem.empty() || part.without != PartState::Without::not_ready) continue;
    auto reply = json(503, types::Json{{"ready", false}, {"reason", part.name}});
    reply.headers.emplace_back("Retry-After", "1");
    return reply;
  }
  return json(200, types::Json{{"ready", true}});
}

Result<Reply> pong(const ServiceFacts& facts) {
  const types::Json time{{"timestamp", facts.now() / 1000}};
  return json(200, types::Json{{"message", "pong"}, {"time", time}});
}

Result<Reply> socket_statistics(const ServiceFacts& facts) {
  return json(
      200,
      types::Json{{"connected_clients", facts.web_sockets()}, {"timestamp", facts.now() / 1000}});
}

// The endpoints that are for everybody, with what each does.
std::string map_of(const http::Router& router, const std::string& version) {
  auto endpoints = types::Json::object();
  for (const auto& route : router.routes()) {
    if (route->access == Access::admin || route->access == Access::bot) continue;
    endpoints[route->method + " " + route->pattern] = route->summary;
  }
  return types::dump(types::Json{{"message", "Welcome to botd"},
                                 {"name", service_name},
                                 {"version", version},
                                 {"status", "running"},
                                 {"endpoints", endpoints}});
}

void add_short_health_routes(http::Router& router,
                             const std::shared_ptr<const ServiceFacts>& facts) {
  router.add({"GET",
              "/health/ping",
              Access::open,
              [facts](const Request&, const Principal&) { return pong(*facts); },
              "Answer"});
  router.add({"GET",
              "/health/ready",
              Access::open,
              [facts](const Request&, const Principal&) { return ready_in_short(*facts); },
              "Say whether the service works, in a word"});
  router.add({"GET",
              "/health/live",
              Access::open,
              [](const Request&, const Principal&) -> Result<Reply> {
                return json(200, types::Json{{"alive", true}});
              },
              "Say that the process lives, in a word"});
  router.add({"GET",
              "/ws/stats",
              Access::either,
              [facts](const Request&, const Principal&) { return socket_statistics(*facts); },
              "Count the open websockets"});
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
  const auto map = std::make_shared<std::string>();
  router.add({"GET",
              "/",
              Access::open,
              [map](const Request&, const Principal&) -> Result<Reply> {
                return http::json_reply(200, *map);
              },
              "Greet, and show what there is"});
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
  add_short_health_routes(router, kept);
  add_openapi_route(router, kept->version);
  *map = map_of(router, kept->version);
}

}  // namespace bot::routes
