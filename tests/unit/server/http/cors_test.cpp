#include "server/http/cors.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.hpp"
#include "server/http/dispatcher.hpp"

namespace bot::http {
namespace {

constexpr const char* page = "https://app.example";

Router routes() {
  Router router;
  const Handler fine = [](const Request&, const Principal&) -> Result<Reply> {
    return json_reply(200, "{}");
  };
  const Handler failing = [](const Request&, const Principal&) -> Result<Reply> {
    return Error{.code = Errc::conflict, .message = "no"};
  };
  router.add({"GET", "/bots", Access::open, fine});
  router.add({"POST", "/bots", Access::open, failing});
  router.add({"GET", "/mine", Access::user, fine});
  router.add({"DELETE", "/bots/{id}", Access::open, fine});
  router.add({"GET", "/admin/users", Access::admin, fine});
  router.add({"GET", "/mixed", Access::open, fine});
  router.add({"DELETE", "/mixed", Access::admin, fine});
  router.add({"GET", "/metrics", Access::open, fine});
  router.add({"POST", "/bots/internal/callback/{secret}/exited", Access::bot, fine});
  return router;
}

Dispatcher dispatcher(std::vector<std::string> origins) {
  return {routes(), {.cors = std::make_shared<const Cors>(std::move(origins))}};
}

Request request(const std::string& method, const std::string& path, const std::string& origin) {
  Request made;
  made.method = method;
  set_target(made, path);
  if (!origin.empty()) made.headers.emplace_back("Origin", origin);
  return made;
}

Request preflight(const std::string& path, const std::string& origin) {
  auto made = request("OPTIONS", path, origin);
  made.headers.emplace_back("Access-Control-Request-Method", "POST");
  made.headers.emplace_back("Access-Control-Request-Headers", "x-api-key");
  return made;
}

std::string header(const Reply& reply, std::string_view name) {
  return std::string(reply.header(name));
}

bool mentions_cors(const Reply& reply) {
  return std::ranges::any_of(reply.headers, [](const auto& header) {
    return to_lower(header.first).starts_with("access-control-");
  });
}

TEST(Cors, AnswersPreflights) {
  const auto service = dispatcher({page});
  struct Case {
    std::string path;
    std::string origin;
    int status;
    std::string methods;
  };
  for (const auto& [path, origin, status, methods] :
       {Case{"/bots", page, 204, "GET, HEAD, POST"},
        Case{"/bots/7", page, 204, "DELETE"},
        Case{"/mine", page, 204, "GET, HEAD"},
        Case{"/mixed", page, 204, "GET, HEAD"},
        Case{"/bots", "https://evil.example", 405, ""},
        Case{"/bots", "null", 405, ""},
        Case{"/bots", "http://app.example", 405, ""},
        Case{"/bots", "https://app.example:8443", 405, ""},
        Case{"/bots", "", 405, ""},
        Case{"/admin/users", page, 405, ""},
        Case{"/%61dmin/users", page, 405, ""},
        Case{"/metrics", page, 405, ""},
        Case{"/bots/internal/callback/s/exited", page, 405, ""},
        Case{"/nowhere", page, 404, ""}}) {
    const auto reply = service.handle_sync(preflight(path, origin));
    EXPECT_EQ(reply.status, status) << path << " from " << origin;
    EXPECT_EQ(header(reply, "Access-Control-Allow-Methods"), methods) << path;
    if (status != 204) continue;
    EXPECT_EQ(header(reply, "Access-Control-Allow-Origin"), page);
    EXPECT_EQ(header(reply, "Access-Control-Allow-Headers"),
              "Content-Type, Idempotency-Key, X-API-Key, X-Request-Id");
    EXPECT_EQ(header(reply, "Access-Control-Max-Age"), "600");
    EXPECT_EQ(header(reply, "Vary"), "Origin");
    EXPECT_EQ(header(reply, "Access-Control-Allow-Credentials"), "");
    EXPECT_EQ(reply.body, "");
  }
}

TEST(Cors, MarksEveryAnswerOfAPage) {
  const auto service = dispatcher({page, "http://localhost:3000"});
  for (const auto& [method, path, status] : {std::tuple{"GET", "/bots", 200},
                                             std::tuple{"POST", "/bots", 409},
                                             std::tuple{"GET", "/mine", 401},
                                             std::tuple{"PUT", "/bots", 405},
                                             std::tuple{"GET", "/nowhere", 404},
                                             std::tuple{"GET", "/%ff", 400}}) {
    const auto reply = service.handle_sync(request(method, path, page));
    EXPECT_EQ(reply.status, status) << path;
    EXPECT_EQ(header(reply, "Access-Control-Allow-Origin"), page) << path;
    EXPECT_EQ(header(reply, "Access-Control-Expose-Headers"),
              "Idempotency-Replayed, Retry-After, X-Request-Id");
    EXPECT_EQ(header(reply, "Vary"), "Origin");
  }
  const auto refused = service.refuse(request("POST", "/bots", page), detail_reply(413, "large"));
  EXPECT_EQ(header(refused, "Access-Control-Allow-Origin"), page);
}

TEST(Cors, TellsOtherPagesNothingAndCachesThatItDepends) {
  const auto service = dispatcher({page});
  for (const auto* origin : {"", "https://evil.example", "https://app.example.evil.example"}) {
    const auto reply = service.handle_sync(request("GET", "/bots", origin));
    EXPECT_EQ(reply.status, 200);
    EXPECT_FALSE(mentions_cors(reply)) << origin;
    EXPECT_EQ(header(reply, "Vary"), "Origin");
  }
}

TEST(Cors, LeavesTheAdminAndBotsOut) {
  for (const auto* origins : {page, "*"}) {
    const auto service = dispatcher({origins});
    for (const auto* path : {"/admin/users",
                             "/%61dmin/users",
                             "/admin",
                             "/admin/nowhere",
                             "/%61dmin/nowhere",
                             "/adm%69n",
                             "/admin?x=1",
                             "/metrics"}) {
      EXPECT_FALSE(mentions_cors(service.handle_sync(request("GET", path, page)))) << path;
    }
    // Not with this method, which is judged by the path, too.
    for (const auto* path : {"/admin/users", "/%61dmin/users"}) {
      const auto refused = service.handle_sync(request("PUT", path, page));
      EXPECT_EQ(refused.status, 405) << path;
      EXPECT_FALSE(mentions_cors(refused)) << path;
    }
    EXPECT_TRUE(mentions_cors(service.handle_sync(request("GET", "/administration", page))));
    const auto callback =
        service.handle_sync(request("POST", "/bots/internal/callback/s/exited", page));
    EXPECT_FALSE(mentions_cors(callback));
    EXPECT_FALSE(mentions_cors(service.handle_sync(request("DELETE", "/mixed", page))));
  }
}

TEST(Cors, LetsEveryPageInWithAStar) {
  const auto service = dispatcher({"*"});
  const auto reply = service.handle_sync(request("GET", "/bots", "https://any.example"));
  EXPECT_EQ(header(reply, "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(header(reply, "Vary"), "");
  EXPECT_EQ(service.handle_sync(preflight("/bots", "https://any.example")).status, 204);
}

TEST(Cors, IsOffUnlessSet) {
  const Dispatcher service(routes(), {});
  const auto reply = service.handle_sync(request("GET", "/bots", page));
  EXPECT_FALSE(mentions_cors(reply));
  EXPECT_EQ(header(reply, "Vary"), "");
  const auto refused = service.handle_sync(preflight("/bots", page));
  EXPECT_EQ(refused.status, 405);
  EXPECT_FALSE(mentions_cors(refused));
}

TEST(Cors, TakesOriginsAsBrowsersSendThem) {
  EXPECT_EQ(*normal_cors_origin("https://App.Example"), "https://app.example");
  EXPECT_EQ(*normal_cors_origin("https://app.example:443"), "https://app.example");
  EXPECT_EQ(*normal_cors_origin("http://localhost:3000"), "http://localhost:3000");
  EXPECT_EQ(*normal_cors_origin("http://[::1]:80"), "http://[::1]");
  EXPECT_EQ(*normal_cors_origin("*"), "*");
  for (const auto* wrong : {"",
                            "null",
                            "app.example",
                            "https://",
                            "https://app.example/",
                            "https://app.example/path",
                            "https://user@app.example",
                            "ftp://app.example",
                            "https://*.example",
                            "https://a b"}) {
    const auto origin = normal_cors_origin(wrong);
    ASSERT_FALSE(origin) << wrong;
    EXPECT_EQ(origin.error().code, Errc::invalid_argument);
    EXPECT_NE(origin.error().hint, "");
  }
}

class Everybody final : public WebSocketAcceptor {
 public:
  Result<std::unique_ptr<WebSocketHandler>> accept(const Request&) override {
    ++accepted;
    return std::unique_ptr<WebSocketHandler>();
  }

  int accepted = 0;
};

TEST(OriginGuard, RefusesWebsocketsOfOtherPages) {
  Everybody inner;
  const auto guard =
      guard_origins(std::make_shared<const Cors>(std::vector<std::string>{page}), inner);
  const auto upgrade = [&](const std::string& origin) {
    auto made = request("GET", "/ws", origin);
    made.headers.emplace_back("Host", "api.example:8056");
    return guard->accept(made);
  };
  EXPECT_TRUE(upgrade(""));
  EXPECT_TRUE(upgrade(page));
  EXPECT_TRUE(upgrade("https://api.example:8056"));
  EXPECT_EQ(inner.accepted, 3);
  for (const auto* origin :
       {"https://evil.example", "null", "https://api.example", "https://api.example:8056.evil"}) {
    const auto refused = upgrade(origin);
    ASSERT_FALSE(refused) << origin;
    EXPECT_EQ(refused.error().code, Errc::forbidden);
  }
  EXPECT_EQ(inner.accepted, 3);
}

}  // namespace
}  // namespace bot::http
