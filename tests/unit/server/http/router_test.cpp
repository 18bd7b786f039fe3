#include "server/http/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace bot::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Route route(std::string method, std::string pattern) {
  return {.method = std::move(method),
          .pattern = std::move(pattern),
          .access = Access::open,
          .handler = [](const Request&, const Principal&) -> Result<Reply> { return Reply{}; }};
}

Router service_router() {
  Router router;
  router.add(route("GET", "/"));
  router.add(route("GET", "/bots"));
  router.add(route("POST", "/bots"));
  router.add(route("GET", "/bots/status"));
  router.add(route("DELETE", "/bots/{platform}/{native_meeting_id}"));
  router.add(route("PUT", "/bots/{platform}/{native_meeting_id}/config"));
  router.add(route("POST", "/bots/internal/callback"));
  router.add(route("GET", "/users/{id}"));
  router.add(route("GET", "/users/email/{email}"));
  router.add(route("PATCH", "/users/me"));
  return router;
}

std::string found(const Router& router, std::string_view method, std::string_view path) {
  const auto match = router.match(method, path);
  return match.route == nullptr ? "" : match.route->pattern;
}

TEST(Router, FindsTheRoute) {
  const auto router = service_router();

  EXPECT_EQ(found(router, "GET", "/"), "/");
  EXPECT_EQ(found(router, "GET", "/bots"), "/bots");
  EXPECT_EQ(found(router, "GET", "/bots/status"), "/bots/status");
  EXPECT_EQ(found(router, "GET", "/b%6Fts/status"), "/bots/status");
  EXPECT_EQ(found(router, "GET", "/users/5"), "/users/{id}");
  EXPECT_EQ(found(router, "GET", "/users/email/a@b.c"), "/users/email/{email}");
}

TEST(Router, PrefersALiteralSegmentAndFallsBackToAParameter) {
  const auto router = service_router();

  EXPECT_EQ(found(router, "POST", "/bots/internal/callback"), "/bots/internal/callback");
  EXPECT_EQ(found(router, "DELETE", "/bots/internal/other"),
            "/bots/{platform}/{native_meeting_id}");
  EXPECT_EQ(found(router, "PATCH", "/users/me"), "/users/me");
  EXPECT_EQ(found(router, "GET", "/users/me"), "/users/{id}");
}

TEST(Router, DecodesParametersAfterSplitting) {
  const auto match = service_router().match("PUT", "/bots/google_meet/a%2Fb%00%20c%C3%A9/config");

  ASSERT_NE(match.route, nullptr);
  EXPECT_THAT(match.params,
              ElementsAre(std::pair<std::string, std::string>{"platform", "google_meet"},
                          std::pair<std::string, std::string>{"native_meeting_id",
                                                              std::string("a/b\0 c\xC3\xA9", 8)}));
}

TEST(Router, DoesNotFindOtherPaths) {
  const auto router = service_router();

  for (const std::string_view path : {"/nope",
                                      "/bots/",
                                      "/bots//x",
                                      "/bots/google_meet/",
                                      "//bots",
                                      "/bots%2Fstatus",
                                      "bots",
                                      "*",
                                      "",
                                      "/%zz",
                                      "/bots/a/b/config/",
                                      "/bots/a/b/c/d"}) {
    const auto match = router.match("GET", path);
    EXPECT_EQ(match.route, nullptr) << path;
    EXPECT_THAT(match.allowed, IsEmpty()) << path;
  }
}

TEST(Router, ListsTheMethodsOfAPath) {
  const auto router = service_router();

  EXPECT_THAT(router.match("PATCH", "/bots").allowed, ElementsAre("GET", "HEAD", "POST"));
  EXPECT_THAT(router.match("GET", "/bots/a/b").allowed, ElementsAre("DELETE"));
  EXPECT_THAT(router.match("POST", "/users/me").allowed, ElementsAre("GET", "HEAD", "PATCH"));
}

TEST(Router, ServesHeadByGet) {
  const auto router = service_router();

  EXPECT_EQ(found(router, "HEAD", "/bots/status"), "/bots/status");
  EXPECT_EQ(router.match("HEAD", "/bots/a/b").route, nullptr);
  EXPECT_EQ(router.match("get", "/bots/status").route, nullptr);
}

TEST(Router, RefusesContradictions) {
  auto router = service_router();

  EXPECT_THROW(router.add(route("GET", "/bots")), std::logic_error);
  EXPECT_THROW(router.add(route("GET", "/users/{other}")), std::logic_error);
  EXPECT_THROW(router.add(route("GET", "bots")), std::logic_error);
  EXPECT_THROW(router.add(route("GET", "/x{id}")), std::logic_error);
}

TEST(Router, ListsAllRoutesInOrder) {
  const auto router = service_router();

  ASSERT_EQ(router.routes().size(), 10U);
  EXPECT_EQ(router.routes()[0]->pattern, "/");
  EXPECT_EQ(router.routes()[9]->pattern, "/users/me");
}

}  // namespace
}  // namespace bot::http
