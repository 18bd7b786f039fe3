#include "server/routes/authentication.hpp"

#include "server/store/user_store.hpp"
#include "tests/unit/server/routes/api.hpp"

namespace bot::routes {
namespace {

class Authentication : public Api {
 protected:
  Answer with_wrong_key(const std::string& address) {
    return call({.target = "/bots", .user_key = "wrong", .peer_address = address});
  }
};

TEST_F(Authentication, SaysWhichKeyIsMissingOrWrong) {
  EXPECT_EQ(summary(open("GET", "/bots")), "401 Missing API token (X-API-Key header)");
  EXPECT_EQ(summary(call({.target = "/bots", .user_key = "wrong"})), "401 Invalid API token");
  EXPECT_EQ(summary(open("GET", "/admin/users")), "401 Invalid or missing admin token.");
  EXPECT_EQ(summary(call({.target = "/admin/users", .admin_key = "wrong"})),
            "401 Invalid or missing admin token.");
  EXPECT_EQ(summary(open("GET", "/auth/me")), "401 Missing API token (X-API-Key header)");
  EXPECT_EQ(open("GET", "/bots").header("WWW-Authenticate"), "ApiKey");
}

TEST_F(Authentication, RefusesARightKeyOfTheOtherKindAsForbidden) {
  EXPECT_EQ(summary(user("GET", "/admin/users")),
            "403 This needs the admin key (X-Admin-API-Key header)");
  EXPECT_EQ(summary(admin("GET", "/bots")), "403 This needs a user's key (X-API-Key header)");
  EXPECT_EQ(summary(call({.target = "/admin/users", .user_key = "wrong"})),
            "401 Invalid or missing admin token.");
  EXPECT_EQ(summary(call({.target = "/bots", .admin_key = "wrong"})),
            "401 Missing API token (X-API-Key header)");
}

TEST_F(Authentication, RefusesEachKeyOfAUserThatIsNotActive) {
  const auto become = [this](domain::UserStatus status) {
    service_.database().write([&](sql::Connection& connection) {
      store::UserStore(connection).update(ann_.id, {.status = status});
    });
  };
  become(domain::UserStatus::suspended);
  EXPECT_EQ(summary(user("GET", "/bots")), "403 This account is suspended");
  EXPECT_EQ(summary(user("GET", "/auth/me")), "403 This account is suspended");
  EXPECT_FALSE(service_.authenticator().user_of_key(ann_.key, "127.0.0.1").has_value());
  become(domain::UserStatus::banned);
  EXPECT_EQ(summary(user("GET", "/bots")), "403 This account is banned");
  become(domain::UserStatus::active);
  EXPECT_EQ(user("GET", "/bots").status, 200);
}

TEST_F(Authentication, TakesTheKeyThatTheRouteAsksFor) {
  const Ask both{.target = "/bots", .user_key = ann_.key, .admin_key = WholeService::admin_key};
  EXPECT_EQ(call(both).status, 200);
  auto admins = both;
  admins.target = "/admin/users";
  EXPECT_EQ(call(admins).status, 200);
}

TEST_F(Authentication, ReadsHeaderNamesInAnyCase) {
  EXPECT_EQ(call({.target = "/bots", .headers = {{"x-api-key", ann_.key}}}).status, 200);
}

TEST_F(Authentication, TakesNoKeyFromTheQuery) {
  EXPECT_EQ(open("GET", "/bots?api_key=" + ann_.key).status, 401);
}

TEST_F(Authentication, ComparesWholeKeys) {
  const std::string key = WholeService::admin_key;
  for (const auto& wrong : {key.substr(0, key.size() - 1), key + "x", " " + key})
    EXPECT_EQ(call({.target = "/admin/users", .admin_key = wrong}).status, 401) << wrong;
  EXPECT_EQ(call({.target = "/bots", .user_key = ann_.key + "x"}).status, 401);
}

TEST_F(Authentication, TellsWhoseKeyItIs) {
  const auto me = user("GET", "/auth/me");
  ASSERT_EQ(me.status, 200);
  EXPECT_EQ(me.json["admin"], false);
  EXPECT_EQ(me.json["user_id"], ann_.id);
  EXPECT_EQ(me.json["email"], ann_.email);
  EXPECT_EQ(me.json["max_concurrent_bots"], 3);
  EXPECT_EQ(me.json["token_id"], 1);
  EXPECT_EQ(me.body.find(ann_.key), std::string::npos);

  const auto boss = admin("GET", "/auth/me");
  EXPECT_EQ(boss.json["admin"], true);
  EXPECT_EQ(boss.json["user_id"], nullptr);
}

TEST_F(Authentication, SlowsDownWhoeverGuessesKeys) {
  for (int i = 0; i < 60; ++i)
    ASSERT_EQ(with_wrong_key("10.0.0.1").status, 401) << i;

  const auto refused = with_wrong_key("10.0.0.1");
  EXPECT_EQ(summary(refused), "429 Too many requests with a wrong key");
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(
      call({.target = "/admin/users", .admin_key = "wrong", .peer_address = "10.0.0.1"}).status,
      429);
}

TEST_F(Authentication, LetsRightKeysAndOtherAddressesPassMeanwhile) {
  for (int i = 0; i < 70; ++i)
    with_wrong_key("10.0.0.1");

  EXPECT_EQ(call({.target = "/bots", .user_key = ann_.key, .peer_address = "10.0.0.1"}).status,
            200);
  EXPECT_EQ(with_wrong_key("10.0.0.2").status, 401);
}

TEST_F(Authentication, ForgivesOneWrongKeyASecond) {
  for (int i = 0; i < 100; ++i)
    with_wrong_key("10.0.0.1");
  ASSERT_EQ(with_wrong_key("10.0.0.1").status, 429);

  service_.clock().advance(std::chrono::seconds(2));
  EXPECT_EQ(with_wrong_key("10.0.0.1").status, 401);
  EXPECT_EQ(with_wrong_key("10.0.0.1").status, 401);
  EXPECT_EQ(with_wrong_key("10.0.0.1").status, 429);

  service_.clock().advance(std::chrono::hours(1));
  for (int i = 0; i < 60; ++i)
    ASSERT_EQ(with_wrong_key("10.0.0.1").status, 401) << i;
  EXPECT_EQ(with_wrong_key("10.0.0.1").status, 429);
}

TEST_F(Authentication, CountsByTimePassedAndNotByTheWallClock) {
  for (int i = 0; i < 61; ++i)
    with_wrong_key("10.0.0.1");

  service_.clock().step(std::chrono::hours(5));
  EXPECT_EQ(with_wrong_key("10.0.0.1").status, 429);
  service_.clock().step(std::chrono::hours(-10));
  EXPECT_EQ(with_wrong_key("10.0.0.1").status, 429);
}

TEST_F(Authentication, DoesNotPunishWhoeverSendsNoKey) {
  for (int i = 0; i < 200; ++i)
    ASSERT_EQ(open("GET", "/bots").status, 401);
}

TEST_F(Authentication, RemembersGuessersWhenStrangersComeByTheThousand) {
  for (int i = 0; i < 100; ++i)
    with_wrong_key("10.0.0.1");
  http::Request request;
  request.headers = {{"X-API-Key", "wrong"}};
  for (int i = 0; i < 11'000; ++i) {
    request.peer_address = "2001:db8::" + std::to_string(i);
    service_.clock().advance(std::chrono::milliseconds(1));
    (void)service_.authenticator().authenticate(request, http::Access::admin);
    if (i % 100 == 0) with_wrong_key("10.0.0.1");
  }

  EXPECT_EQ(with_wrong_key("10.0.0.1").status, 429);
}

}  // namespace
}  // namespace bot::routes
