#include "tests/unit/server/routes/api.hpp"

namespace bot::routes {
namespace {

class Tokens : public Api {
 protected:
  std::string path() { return "/admin/users/" + std::to_string(ann_.id) + "/tokens"; }
};

TEST_F(Tokens, ShowTheirValueOnce) {
  const auto made = admin("POST", path(), R"({"name":"ci","expires_in":"12h"})");

  ASSERT_EQ(made.status, 201);
  const auto value = made.json["token"].get<std::string>();
  EXPECT_EQ(value.size(), 40U);
  EXPECT_EQ(
      value.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
      std::string::npos);
  EXPECT_EQ(made.json["name"], "ci");
  EXPECT_EQ(made.json["user_id"], ann_.id);
  EXPECT_EQ(made.json["expires_at"], "2025-11-22T09:20:00.000Z");

  const auto listed = admin("GET", path());
  ASSERT_EQ(listed.json.size(), 2U);
  EXPECT_EQ(listed.body.find(value), std::string::npos);
  EXPECT_FALSE(listed.json[1].contains("token"));
  EXPECT_EQ(listed.json[1]["id"], made.json["id"]);
}

TEST_F(Tokens, NeedNoBodyAndNoName) {
  const auto bare = admin("POST", path());
  EXPECT_EQ(bare.status, 201);
  EXPECT_EQ(bare.json["name"], nullptr);
  EXPECT_EQ(bare.json["expires_at"], nullptr);
  EXPECT_EQ(bare.json["last_used_at"], nullptr);
  EXPECT_EQ(admin("POST", path(), "{}").status, 201);
  EXPECT_EQ(admin("POST", path(), R"({"name":null,"expires_in":null,"scopes":"bot"})").status, 201);
}

TEST_F(Tokens, RefuseWhatIsNoNameOrDuration) {
  for (const auto& [body, expected] : std::vector<std::pair<std::string, std::string>>{
           {R"({"name":5})", "422 body.name: str type expected"},
           {R"({"name":")" + std::string(101, 'n') + R"("})",
            "422 body.name: ensure this value has at most 100 characters"},
           {R"({"expires_in":12})", "422 body.expires_in: str type expected"},
           {R"({"expires_in":""})",
            "422 body.expires_in: value is not a duration such as 12h or 90d"},
           {R"({"expires_in":"0"})",
            "422 body.expires_in: value is not a duration such as 12h or 90d"},
           {R"({"expires_in":"-1h"})",
            "422 body.expires_in: value is not a duration such as 12h or 90d"},
           {R"({"expires_in":"99999999999999999999d"})",
            "422 body.expires_in: value is not a duration such as 12h or 90d"},
           {R"([1])", "422 body: value is not a valid dict"}}) {
    EXPECT_EQ(summary(admin("POST", path(), body)), expected) << body;
  }
}

TEST_F(Tokens, ExpireAtTheirTime) {
  ann_.key = admin("POST", path(), R"({"expires_in":"1h"})").json["token"];

  service_.clock().advance(std::chrono::minutes(59));
  EXPECT_EQ(user("GET", "/bots").status, 200);
  service_.clock().advance(std::chrono::minutes(1));
  EXPECT_EQ(summary(user("GET", "/bots")), "401 Invalid API token");
}

TEST_F(Tokens, AreRevokedAtOnce) {
  const auto made = admin("POST", path());
  const Customer other{ann_.id, ann_.email, made.json["token"]};
  const auto target = "/admin/tokens/" + made.json["id"].dump();
  ASSERT_EQ(as(other, "GET", "/bots").status, 200);

  const auto gone = admin("DELETE", target);

  EXPECT_EQ(gone.status, 204);
  EXPECT_EQ(gone.body, "");
  EXPECT_EQ(summary(as(other, "GET", "/bots")), "401 Invalid API token");
  EXPECT_EQ(user("GET", "/bots").status, 200);
  EXPECT_EQ(summary(admin("DELETE", target)), "404 Token not found");
  EXPECT_EQ(summary(admin("DELETE", "/admin/tokens/x")),
            "422 path.token_id: value is not a valid integer");
}

TEST_F(Tokens, BelongToUsersThatAreThere) {
  EXPECT_EQ(summary(admin("POST", "/admin/users/999/tokens")), "404 User not found");
  EXPECT_EQ(summary(admin("GET", "/admin/users/999/tokens")), "404 User not found");
  EXPECT_EQ(summary(admin("POST", "/admin/users/x/tokens")),
            "422 path.user_id: value is not a valid integer");
  EXPECT_EQ(summary(admin("GET", "/admin/users/x/tokens")),
            "422 path.user_id: value is not a valid integer");
}

TEST_F(Tokens, TellWhenTheyWereLastUsedToTheMinute) {
  const auto last_used = [this] { return admin("GET", path()).json[0]["last_used_at"]; };
  EXPECT_EQ(last_used(), nullptr);

  user("GET", "/bots");
  ASSERT_TRUE(soon([&] { return last_used() == "2025-11-21T21:20:00.000Z"; }));
  service_.clock().advance(std::chrono::seconds(59));
  user("GET", "/bots");
  service_.clock().advance(std::chrono::seconds(1));
  user("GET", "/bots");
  EXPECT_TRUE(soon([&] { return last_used() == "2025-11-21T21:21:00.000Z"; })) << last_used();
}

TEST_F(Tokens, TellTheirLastUseAlsoAfterTheClockWasSetBack) {
  const auto last_used = [this] { return admin("GET", path()).json[0]["last_used_at"]; };
  user("GET", "/bots");
  ASSERT_TRUE(soon([&] { return last_used() == "2025-11-21T21:20:00.000Z"; }));

  service_.clock().step(std::chrono::hours(-2));
  user("GET", "/bots");

  EXPECT_TRUE(soon([&] { return last_used() == "2025-11-21T19:20:00.000Z"; })) << last_used();
}

TEST_F(Tokens, ChangesAreAuditedWithoutTheirValues) {
  const auto made = admin("POST", path());
  admin("DELETE", "/admin/tokens/" + made.json["id"].dump());

  const auto entries = audited();
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[2], "token.create user 1 token 2 (admin)");
  EXPECT_EQ(entries[3], "token.revoke token 2  (admin)");
  for (const auto& entry : entries)
    EXPECT_EQ(entry.find(made.json["token"].get<std::string>()), std::string::npos);
}

}  // namespace
}  // namespace bot::routes
