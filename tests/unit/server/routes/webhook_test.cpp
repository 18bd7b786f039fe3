#include "tests/unit/server/routes/api.hpp"

namespace bot::routes {
namespace {

class Webhook : public Api {
 protected:
  Answer put(const std::string& body) { return user("PUT", "/user/webhook", body); }
};

TEST_F(Webhook, IsNotSetAtFirst) {
  const auto shown = user("GET", "/user/webhook");
  ASSERT_EQ(shown.status, 200);
  EXPECT_EQ(shown.json["webhook_url"], nullptr);
  EXPECT_EQ(shown.json["updated_at"], nullptr);
  EXPECT_EQ(shown.json["email"], ann_.email);
}

TEST_F(Webhook, ShowsItsSecretOnlyWhenItIsMade) {
  const auto made = put(R"({"webhook_url":"https://hooks.example.com/a?b=c"})");
  ASSERT_EQ(made.status, 200);
  const auto secret = made.json["secret"].get<std::string>();
  EXPECT_GE(secret.size(), 32U);
  EXPECT_EQ(made.json["webhook_url"], "https://hooks.example.com/a?b=c");
  EXPECT_EQ(made.json["data"]["webhook_url"], "https://hooks.example.com/a?b=c");
  EXPECT_EQ(made.json["updated_at"], "2025-11-21T21:20:00.000Z");

  EXPECT_FALSE(user("GET", "/user/webhook").json.contains("secret"));
  const auto moved = put(R"({"webhook_url":"https://hooks.example.com/b","rotate_secret":false})");
  EXPECT_FALSE(moved.json.contains("secret"));
  EXPECT_EQ(moved.json["webhook_url"], "https://hooks.example.com/b");

  const auto rotated = put(R"({"webhook_url":"https://hooks.example.com/b","rotate_secret":true})");
  EXPECT_NE(rotated.json["secret"], secret);
  EXPECT_GE(rotated.json["secret"].get<std::string>().size(), 32U);
}

TEST_F(Webhook, IsForgottenWithItsSecret) {
  const auto before = put(R"({"webhook_url":"https://hooks.example.com/a"})").json["secret"];

  const auto cleared = user("DELETE", "/user/webhook");

  EXPECT_EQ(cleared.status, 200);
  EXPECT_EQ(cleared.json["message"], "Webhook removed");
  EXPECT_EQ(user("GET", "/user/webhook").json["webhook_url"], nullptr);
  EXPECT_EQ(user("DELETE", "/user/webhook").status, 200);
  EXPECT_NE(put(R"({"webhook_url":"https://hooks.example.com/a"})").json["secret"], before);
}

TEST_F(Webhook, GoesToNoPrivateAddressAndNoStrangeUrl) {
  for (const auto* url : {"http://127.0.0.1/",
                          "http://localhost:8056/admin/users",
                          "http://169.254.169.254/latest/meta-data",
                          "http://10.0.0.1/",
                          "http://[::1]/",
                          "http://[::ffff:127.0.0.1]/",
                          "http://0x7f000001/",
                          "http://2130706433/",
                          "ftp://example.com/",
                          "file:///etc/passwd",
                          "hooks.example.com",
                          "https://",
                          "https://user:s3cr3t@example.com/",
                          "https://example.com/a b",
                          "https://example.com:99999/",
                          ""}) {
    const auto refused = put(Json{{"webhook_url", url}}.dump());
    EXPECT_EQ(refused.status, 422) << url;
    EXPECT_EQ(refused.json["detail"][0]["loc"], Json({"body", "webhook_url"})) << url;
    EXPECT_EQ(refused.body.find("s3cr3t"), std::string::npos);
  }
  EXPECT_EQ(user("GET", "/user/webhook").json["webhook_url"], nullptr);
}

TEST_F(Webhook, SaysWhatIsWrongWithABody) {
  EXPECT_EQ(summary(put("")), "422 body: field required");
  EXPECT_EQ(summary(put("{}")), "422 body.webhook_url: field required");
  EXPECT_EQ(summary(put(R"({"webhook_url":5,"rotate_secret":"yes"})")),
            "422 body.webhook_url: str type expected | "
            "body.rotate_secret: value could not be parsed to a boolean");
}

TEST_F(Webhook, BelongsToOneUser) {
  put(R"({"webhook_url":"https://hooks.example.com/a"})");
  const auto bob = make_customer("bob@example.com");
  EXPECT_EQ(as(bob, "GET", "/user/webhook").json["webhook_url"], nullptr);
  as(bob, "DELETE", "/user/webhook");
  EXPECT_EQ(user("GET", "/user/webhook").json["webhook_url"], "https://hooks.example.com/a");
}

TEST_F(Webhook, ListsItsDeliveriesNewestFirst) {
  EXPECT_EQ(user("GET", "/user/webhook/deliveries").json["deliveries"], Json::array());
  put(R"({"webhook_url":"https://hooks.example.com/a"})");
  complete("a");

  const auto all = user("GET", "/user/webhook/deliveries").json["deliveries"];
  ASSERT_GE(all.size(), 4U);
  EXPECT_GT(all[0]["id"], all[1]["id"]);
  EXPECT_EQ(all[0]["status"], "queued");
  EXPECT_EQ(all[0]["url"], "https://hooks.example.com/a");
  EXPECT_EQ(user("GET", "/user/webhook/deliveries?limit=1").json["deliveries"],
            Json::array({all[0]}));
  const auto bob = make_customer("bob@example.com");
  EXPECT_EQ(as(bob, "GET", "/user/webhook/deliveries").json["deliveries"].size(), 0U);
  EXPECT_EQ(summary(user("GET", "/user/webhook/deliveries?limit=x")),
            "422 query.limit: value is not a valid integer");
}

class WebhookOnPrivateNetworks : public Api {
 protected:
  WebhookOnPrivateNetworks() : Api({.private_targets = webhooks::PrivateTargets::allowed}) {}
};

TEST_F(WebhookOnPrivateNetworks, GoesToPrivateAddressesWhenThatIsAllowed) {
  EXPECT_EQ(user("PUT", "/user/webhook", R"({"webhook_url":"http://127.0.0.1:9/"})").status, 200);
}

}  // namespace
}  // namespace bot::routes
