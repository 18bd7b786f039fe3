#include "server/app/surfaces.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "server/app/router.hpp"
#include "server/bots/simulated_runtime.hpp"

namespace bot::app {
namespace {

using Lines = std::set<std::string>;

std::string line_of(const http::Route& route) {
  return route.method + " " + route.pattern;
}

Lines lines_of(const http::Router& router) {
  Lines lines;
  for (const auto& route : router.routes())
    lines.insert(line_of(*route));
  return lines;
}

// Every route that the server has, as GET /openapi.json lists them.
class Surfaces : public testing::Test {
 protected:
  SystemClock clock_;
  store::Database database_{{.path = ":memory:"}, clock_};
  commands::Mailbox mailbox_{database_, clock_};
  events::Bus bus_;
  bots::SimulatedRuntime runtime_{mailbox_};
  bots::Lifecycle lifecycle_{{database_, runtime_, mailbox_, bus_, clock_},
                             {.server_secret = "none"}};
  jobs::EventFeed feed_{database_, clock_};
  http::Router all_ = make_router({database_,
                                   lifecycle_,
                                   mailbox_,
                                   clock_,
                                   {database_, lifecycle_, clock_, feed_, queue::Listeners::none()},
                                   {database_, clock_, queue::Listeners::none(), {}}},
                                  Config{},
                                  {});
};

TEST_F(Surfaces, TheWholeIsTheWhole) {
  EXPECT_EQ(lines_of(routes_of(all_, Surface::whole)), lines_of(all_));
}

TEST_F(Surfaces, BesideAnAdminListenerNothingOfTheAdminsIsLeft) {
  const auto shown = routes_of(all_, Surface::without_admin);
  const auto lines = lines_of(shown);
  std::size_t left_out = 0;
  for (const auto& route : all_.routes()) {
    const bool admins = route->access == http::Access::admin ||
                        route->pattern.starts_with("/admin") || route->pattern == "/metrics";
    EXPECT_EQ(lines.contains(line_of(*route)), !admins) << line_of(*route);
    left_out += admins ? 1 : 0;
  }
  EXPECT_GT(left_out, 10U);
  EXPECT_EQ(lines.size() + left_out, all_.routes().size());
  EXPECT_TRUE(lines.contains("GET /health"));
  EXPECT_TRUE(lines.contains("GET /ready"));
}

TEST_F(Surfaces, BesideAnAdminListenerNoRouteTakesTheAdminKey) {
  std::size_t mixed = 0;
  for (const auto& route : all_.routes())
    mixed += route->access == http::Access::either ? 1 : 0;
  EXPECT_GT(mixed, 0U);
  const auto shown = routes_of(all_, Surface::without_admin);
  for (const auto& route : shown.routes()) {
    EXPECT_NE(route->access, http::Access::either) << line_of(*route);
    EXPECT_NE(route->access, http::Access::admin) << line_of(*route);
  }
}

TEST_F(Surfaces, BesideAnAdminListenerTheAdminKeyIsNotEvenLookedAt) {
  const http::DispatcherHooks all{.authenticate = [](const http::Request& request,
                                                     http::Access) -> Result<http::Principal> {
    const bool right = request.header("X-Admin-API-Key") == "right";
    return http::Principal{.admin = right, .user_id = request.header("X-API-Key") == "ann" ? 1 : 0};
  }};
  const auto hooks = hooks_of(all, Surface::without_admin);
  http::Request request;
  request.headers = {
      {"x-admin-api-key", "wrong"}, {"X-API-Key", "ann"}, {"X-Admin-API-Key", "right"}};
  const auto outside = hooks.authenticate(request, http::Access::user);
  ASSERT_TRUE(outside);
  EXPECT_FALSE(outside->admin);
  EXPECT_EQ(outside->user_id, 1);
  request.headers = {{"X-Admin-API-Key", "right"}};
  EXPECT_FALSE(hooks.authenticate(request, http::Access::user)->admin);
  EXPECT_TRUE(hooks_of(all, Surface::whole).authenticate(request, http::Access::admin)->admin);
}

TEST_F(Surfaces, BotsAreShownTheirCallbacksAndHealthOnly) {
  const auto lines = lines_of(routes_of(all_, Surface::callbacks));
  for (const auto& route : all_.routes()) {
    const bool theirs =
        route->pattern.starts_with("/bots/internal/callback/") || route->pattern == "/health";
    EXPECT_EQ(lines.contains(line_of(*route)), theirs) << line_of(*route);
  }
  EXPECT_GT(lines.size(), 3U);
}

}  // namespace
}  // namespace bot::app
