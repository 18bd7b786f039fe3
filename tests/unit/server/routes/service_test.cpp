#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "tests/unit/server/routes/api.hpp"

namespace bot::routes {
namespace {

class Service : public Api {};

TEST_F(Service, GreetsAndSaysThatItLives) {
  EXPECT_EQ(open("GET", "/").json["message"], "Welcome to botd");
  EXPECT_EQ(open("GET", "/health").json["status"], "ok");
  EXPECT_EQ(open("GET", "/health").json["service"], "botd");
}

TEST_F(Service, ShowsWhatThereIsForEverybody) {
  const auto map = open("GET", "/").json;
  EXPECT_EQ(map["name"], "botd");
  EXPECT_EQ(map["version"], "9.8.7");
  EXPECT_TRUE(map["endpoints"].contains("GET /api/jobs/stats"));
  EXPECT_FALSE(map["endpoints"].contains("GET /admin/users"));
}

TEST_F(Service, AnswersHealthChecksInAWord) {
  EXPECT_EQ(open("GET", "/health/ping").json,
            Json::parse(R"({"message":"pong","time":{"timestamp":1763760000}})"));
  EXPECT_EQ(open("GET", "/health/live").json, Json::parse(R"({"alive":true})"));
  EXPECT_EQ(open("GET", "/health/ready").json, Json::parse(R"({"ready":true})"));
  service_.set_part({.name = "store", .problem = "the disk is full"});
  const auto not_ready = open("GET", "/health/ready");
  EXPECT_EQ(not_ready.status, 503);
  EXPECT_EQ(not_ready.json, Json::parse(R"({"ready":false,"reason":"store"})"));
}

TEST_F(Service, CountsItsWebsockets) {
  EXPECT_EQ(user("GET", "/ws/stats").json,
            Json::parse(R"({"connected_clients":3,"timestamp":1763760000})"));
  EXPECT_EQ(open("GET", "/ws/stats").status, 401);
}

TEST_F(Service, SaysWhetherItIsReadyAndWhyNot) {
  const auto ready = open("GET", "/ready");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(ready.json["parts"]["store"], "ok");

  service_.set_part({.name = "store", .problem = "the disk is full"});
  const auto not_ready = open("GET", "/ready");
  EXPECT_EQ(not_ready.status, 503);
  EXPECT_EQ(not_ready.json["status"], "not ready");
  EXPECT_EQ(not_ready.json["parts"]["store"], "the disk is full");
  EXPECT_EQ(not_ready.header("Retry-After"), "1");
  EXPECT_EQ(open("GET", "/health").status, 200);
}

TEST_F(Service, IsDegradedWithoutAPartThatItCanDoWithout) {
  service_.set_part(
      {.name = "redis", .problem = "no connection", .without = PartState::Without::degraded});

  const auto degraded = open("GET", "/ready");

  EXPECT_EQ(degraded.status, 200);
  EXPECT_EQ(degraded.json["status"], "degraded");
  EXPECT_EQ(degraded.json["parts"]["redis"], "no connection");
}

TEST_F(Service, ShowsVersionAndMetrics) {
  EXPECT_EQ(open("GET", "/version").json,
            Json::parse(R"({"version":"9.8.7","commit":"c0ffee","api":"botd/1"})"));
  const auto metrics = open("GET", "/metrics");
  EXPECT_EQ(metrics.body, "botd_up 1\n");
  EXPECT_EQ(metrics.reply.content_type, "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(Service, AnswersWhatItDoesNotKnowInItsOwnForm) {
  EXPECT_EQ(open("GET", "/nope").body, R"({"detail":"Not Found"})");
  EXPECT_EQ(open("GET", "/nope").status, 404);
  EXPECT_EQ(open("GET", "/health/").status, 404);
  EXPECT_EQ(open("GET", "//health").status, 404);
  EXPECT_EQ(user("GET", "/meetings/google_meet/").status, 404);
  const auto wrong = user("PUT", "/bots");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "GET, HEAD, POST");
  EXPECT_EQ(open("GET", "/transcripts/google_meet/%ff").status, 400);
  EXPECT_EQ(open("GET", "/transcripts/google_meet/%zz").status, 400);
}

TEST_F(Service, AsksForTheKeyBeforeItLooksAtTheRequest) {
  EXPECT_EQ(open("POST", "/bots", "{broken").status, 401);
  EXPECT_EQ(open("GET", "/bots/webex/a/commands").status, 401);
  EXPECT_EQ(open("GET", "/admin/users/x").status, 401);
}

// Which routes anybody may call is a decision, so a new one has to be written down here.
TEST_F(Service, HasTheseOpenRoutesAndNoOther) {
  std::set<std::string> open_routes;
  std::set<std::string> of_bots;
  for (const auto& route : service_.dispatcher().router().routes()) {
    const auto name = route->method + " " + route->pattern;
    if (route->access == http::Access::open) open_routes.insert(name);
    if (route->access == http::Access::bot) of_bots.insert(name);
  }
  EXPECT_EQ(open_routes,
            (std::set<std::string>{"GET /",
                                   "GET /health",
                                   "GET /health/live",
                                   "GET /health/ping",
                                   "GET /health/ready",
                                   "GET /ready",
                                   "GET /version",
                                   "GET /metrics",
                                   "GET /openapi.json"}));
  EXPECT_EQ(of_bots,
            (std::set<std::string>{"POST /bots/internal/callback/{secret}/{word}",
                                   "PATCH /bots/internal/callback/{secret}/{word}",
                                   "POST /bots/internal/callback/{secret}/heartbeat",
                                   "POST /bots/internal/callback/{secret}/command_ack",
                                   "POST /bots/internal/callback/{secret}/segments",
                                   "GET /bots/internal/callback/{secret}/commands"}));
}

TEST_F(Service, KeepsAdministrationToTheAdmin) {
  const std::set<std::string> elsewhere{"/api/settings", "/api/jobs/import"};
  for (const auto& route : service_.dispatcher().router().routes()) {
    const bool administers =
        route->pattern.starts_with("/admin/") || elsewhere.contains(route->pattern);
    EXPECT_EQ(administers, route->access == http::Access::admin) << route->pattern;
  }
}

// Every route with a key refuses without one, and every route with a path answers other people's
// ids and nonsense with a 4xx.
TEST_F(Service, AnswersNonsenseWithASentence) {
  const std::vector<std::string> nonsense = {"",
                                             "{",
                                             "null",
                                             "[[[[",
                                             R"({"a":1}{)",
                                             "\xff\xfe",
                                             R"("x")",
                                             "1e999",
                                             std::string(200, '['),
                                             std::string("\0\0", 2),
                                             R"({"email":{"$ne":1}})"};
  for (const auto& route : service_.dispatcher().router().routes()) {
    if (route->access == http::Access::open ||
        route->pattern.find("/commands") != std::string::npos)
      continue;
    std::string target;
    for (const auto segment : split(std::string_view(route->pattern).substr(1), '/'))
      target += "/" + (segment.starts_with('{') ? "%00%F0%9F%92%A9%2F.." : std::string(segment));
    for (const auto& body : nonsense) {
      const auto answer = call({.method = route->method,
                                .target = target,
                                .body = body,
                                .user_key = ann_.key,
                                .admin_key = WholeService::admin_key});
      EXPECT_LT(answer.status, 500) << route->method << " " << route->pattern << " " << body;
      if (answer.status >= 400) {
        EXPECT_NE(answer.detail(), "") << answer.body;
      }
    }
  }
}

class OpenApi : public Api {};

TEST_F(OpenApi, DocumentsEveryRouteAndNoOther) {
  std::set<std::string> served;
  for (const auto& route : service_.dispatcher().router().routes()) {
    if (!route->pattern.starts_with("/bots/internal/"))
      served.insert(to_lower(route->method) + " " + route->pattern);
  }
  std::set<std::string> documented;
  for (const auto& [path, operations] : document()["paths"].items()) {
    for (const auto& [method, operation] : operations.items())
      documented.insert(method + " " + path);
  }
  EXPECT_EQ(documented, served);
}

TEST_F(OpenApi, NamesEachOperationOnceAndSaysWhoMayCallIt) {
  std::set<std::string> names;
  for (const auto& route : service_.dispatcher().router().routes()) {
    if (route->pattern.starts_with("/bots/internal/")) continue;
    const auto& operation = document()["paths"][route->pattern][to_lower(route->method)];
    EXPECT_TRUE(names.insert(operation["operationId"]).second) << operation["operationId"];
    EXPECT_EQ(operation["summary"], route->summary);
    EXPECT_NE(route->summary, "") << route->pattern;
    EXPECT_EQ(operation["security"].empty(), route->access == http::Access::open);
    EXPECT_EQ(operation["responses"].contains("401"), route->access != http::Access::open)
        << route->pattern;
  }
}

TEST_F(OpenApi, RefersToNothingThatIsNotThereAndKeepsNothingUnused) {
  const auto text = document().dump();
  std::set<std::string> used;
  for (std::size_t at = text.find("\"$ref\":\""); at != std::string::npos;
       at = text.find("\"$ref\":\"", at + 1)) {
    const auto from = at + 8;
    const auto reference = text.substr(from, text.find('"', from) - from);
    EXPECT_TRUE(document().contains(Json::json_pointer(reference.substr(1)))) << reference;
    used.insert(reference);
  }
  for (const auto* kind : {"schemas", "responses"}) {
    for (const auto& [name, component] : document()["components"][kind].items()) {
      EXPECT_TRUE(used.contains(std::string("#/components/") + kind + "/" + name)) << name;
    }
  }
}

TEST_F(OpenApi, NamesThePathParametersOfEachPattern) {
  for (const auto& [path, operations] : document()["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      std::size_t in_path = 0;
      for (const auto& parameter : operation.value("parameters", Json::array())) {
        if (parameter["in"] != "path") continue;
        ++in_path;
        EXPECT_NE(path.find("{" + parameter["name"].get<std::string>() + "}"), std::string::npos);
      }
      EXPECT_EQ(in_path, std::count(path.begin(), path.end(), '{')) << path;
    }
  }
}

// The queries of a parameter that its schema allows at its ends, and those right beside them.
struct Edges {
  std::vector<std::string> allowed;
  std::vector<std::string> refused;
};

Edges edges_of(const Json& schema) {
  Edges edges;
  for (const auto& word : schema.value("enum", Json::array())) {
    edges.allowed.push_back(word);
    edges.refused = {"no-such-word"};
  }
  if (schema.contains("minimum")) {
    const auto least = schema["minimum"].get<std::int64_t>();
    edges.allowed.push_back(std::to_string(least));
    edges.refused.push_back(std::to_string(least - 1));
  }
  if (schema.contains("maximum")) {
    edges.refused.push_back(std::to_string(schema["maximum"].get<std::int64_t>() + 1));
  }
  return edges;
}

TEST_F(OpenApi, TellsOfEachQueryWhatIsTakenAndWhatIsNot) {
  std::set<std::string> tried;
  for (const auto& [path, operations] : document()["paths"].items()) {
    const auto& operation = operations.value("get", Json::object());
    const auto target = replace_all(path, "{lane}", "jobs");
    if (target.find('{') != std::string::npos) continue;
    for (const auto& parameter : operation.value("parameters", Json::array())) {
      if (parameter["in"] != "query") continue;
      const auto edges = edges_of(parameter["schema"]);
      const auto status_of = [&](const std::string& value) {
        const auto asked = target + "?" + parameter["name"].get<std::string>() + "=" + value;
        const bool by_user = operation["security"][0].contains("user_key");
        return (by_user ? user("GET", asked) : admin("GET", asked)).status;
      };
      const auto name = path + " " + parameter["name"].get<std::string>() + "=";
      for (const auto& value : edges.allowed)
        EXPECT_EQ(status_of(value), 200) << name << value;
      for (const auto& value : edges.refused)
        EXPECT_THAT(status_of(value), testing::AnyOf(400, 422)) << name << value;
      if (!edges.refused.empty()) tried.insert(name);
    }
  }
  for (const auto* name : {"/api/jobs status=", "/api/jobs/events wait=", "/api/accounts limit="})
    EXPECT_TRUE(tried.contains(name)) << name;
}

}  // namespace
}  // namespace bot::routes
