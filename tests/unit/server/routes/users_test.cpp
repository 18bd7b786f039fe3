#include <utility>

#include "tests/unit/server/routes/api.hpp"

namespace bot::routes {
namespace {

class Users : public Api {
 protected:
  std::string path(std::int64_t id) { return "/admin/users/" + std::to_string(id); }
  std::string ann_path() { return path(ann_.id); }
};

TEST_F(Users, CreatesAndThenFindsByEmail) {
  const auto made = admin("POST",
                          "/admin/users",
                          R"({"email":"Bob.Smith@EXAMPLE.com","name":"Bob","image_url":"http://i",
                              "max_concurrent_bots":5,"data":{"team":"blue"},"unknown":1})");

  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.json["email"], "Bob.Smith@example.com");
  EXPECT_EQ(made.json["name"], "Bob");
  EXPECT_EQ(made.json["image_url"], "http://i");
  EXPECT_EQ(made.json["max_concurrent_bots"], 5);
  EXPECT_EQ(made.json["data"], Json({{"team", "blue"}}));
  EXPECT_EQ(made.json["created_at"], "2025-11-21T21:20:00.000Z");

  const auto again = admin("POST",
                           "/admin/users",
                           R"({"email":"Bob.Smith@example.COM","name":"Robert",
                               "max_concurrent_bots":9})");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.json, made.json);
}

TEST_F(Users, TellsLocalPartsOfAnotherCaseApart) {
  EXPECT_EQ(admin("POST", "/admin/users", R"({"email":"ANN@example.com"})").status, 201);
}

TEST_F(Users, HasALimitOfOneUnlessToldOtherwise) {
  EXPECT_EQ(admin("POST", "/admin/users", R"({"email":"a@b.cd"})").json["max_concurrent_bots"], 1);
  EXPECT_EQ(admin("POST", "/admin/users", R"({"email":"b@b.cd","max_concurrent_bots":null})")
                .json["max_concurrent_bots"],
            1);
  EXPECT_EQ(admin("POST", "/admin/users", R"({"email":"c@b.cd","max_concurrent_bots":0})")
                .json["max_concurrent_bots"],
            0);
}

TEST_F(Users, SaysEverythingThatIsWrongWithABody) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "422 body: field required"},
      {"null", "422 body: field required"},
      {"[]", "422 body: value is not a valid dict"},
      {"{", "422 body.1: Expecting value: line 1 column 2 (char 1)"},
      {R"({})", "422 body.email: field required"},
      {R"({"email":null})", "422 body.email: none is not an allowed value"},
      {R"({"email":7})", "422 body.email: str type expected"},
      {R"({"email":"nobody"})", "422 body.email: value is not a valid email address"},
      {R"({"email":"x@localhost"})", "422 body.email: value is not a valid email address"},
      {R"({"email":"a\u0000@b.cd"})", "422 body.email: must not hold a NUL character"},
      {R"({"email":"a@b.cd","name":"a\u0000"})", "422 body.name: must not hold a NUL character"},
      {R"({"email":"a@b.cd","max_concurrent_bots":-1})",
       "422 body.max_concurrent_bots: ensure this value is greater than or equal to 0"},
      {R"({"email":"a@b.cd","max_concurrent_bots":1000001})",
       "422 body.max_concurrent_bots: ensure this value is less than or equal to 1000000"},
      {R"({"email":"a@b.cd","max_concurrent_bots":"2"})",
       "422 body.max_concurrent_bots: value is not a valid integer"},
      {R"({"email":"a@b.cd","max_concurrent_bots":18446744073709551615})",
       "422 body.max_concurrent_bots: value is not a valid integer"},
      {R"({"email":"a@b.cd","max_concurrent_bots":true})",
       "422 body.max_concurrent_bots: value is not a valid integer"},
      {R"({"email":"a@b.cd","data":[]})", "422 body.data: value is not a valid dict"},
      {R"({"email":"a@b.cd","name":[],"image_url":1})",
       "422 body.name: str type expected | body.image_url: str type expected"},
      {R"({"email":"a@b.cd","name":")" + std::string(256, 'n') + R"("})",
       "422 body.name: ensure this value has at most 255 characters"},
      {R"({"email":"a@b.cd","data":{"x":")" + std::string(16'384, 'd') + R"("}})",
       "422 body.data: ensure this value is at most 16384 bytes of JSON"},
  };
  for (const auto& [body, expected] : cases)
    EXPECT_EQ(summary(admin("POST", "/admin/users", body)), expected) << body;
}

TEST_F(Users, TakesAllNamesOfTheirLengthInCharacters) {
  std::string umlauts;
  for (int i = 0; i < 255; ++i)
    umlauts += "\u00e4";
  const Json wanted{{"email", "umlauts@example.com"}, {"name", umlauts}};

  EXPECT_EQ(admin("POST", "/admin/users", wanted.dump()).status, 201);
}

TEST_F(Users, KeepsWhateverTextANameIs) {
  const auto made =
      admin("POST", "/admin/users", R"({"email":"n@b.cd","name":"a\n\u001b[1m\"'; DROP"})");

  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(admin("GET", path(made.json["id"])).json["name"], made.json["name"]);
  EXPECT_EQ(made.json["name"], "a\n\x1b[1m\"'; DROP");
}

TEST_F(Users, RefusesBodiesOfAnotherMediaType) {
  const auto refused = call({.method = "POST",
                             .target = "/admin/users",
                             .body = "email=a@b.cd",
                             .admin_key = WholeService::admin_key,
                             .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}});
  EXPECT_EQ(refused.status, 415);
}

TEST_F(Users, AreListedById) {
  for (const auto* email : {"z@b.cd", "m@b.cd", "a@b.cd"})
    admin("POST", "/admin/users", Json{{"email", email}}.dump());
  const auto emails = [this](const std::string& query) {
    std::vector<std::string> found;
    const auto answer = admin("GET", "/admin/users" + query);
    for (const auto& each : answer.json)
      found.push_back(each["email"]);
    return found;
  };

  EXPECT_EQ(emails(""), (std::vector<std::string>{ann_.email, "z@b.cd", "m@b.cd", "a@b.cd"}));
  EXPECT_EQ(emails("?skip=1&limit=2"), (std::vector<std::string>{"z@b.cd", "m@b.cd"}));
  EXPECT_EQ(emails("?limit=0"), std::vector<std::string>{});
  EXPECT_EQ(emails("?skip=9223372036854775807"), std::vector<std::string>{});
}

TEST_F(Users, RefusesPagesThatAreNone) {
  for (const auto& [query, expected] : std::vector<std::pair<std::string, std::string>>{
           {"?limit=-1", "422 query.limit: ensure this value is greater than or equal to 0"},
           {"?limit=1001", "422 query.limit: ensure this value is less than or equal to 1000"},
           {"?limit=ten", "422 query.limit: value is not a valid integer"},
           {"?skip=-1", "422 query.skip: ensure this value is greater than or equal to 0"},
           {"?skip=", "422 query.skip: value is not a valid integer"},
           {"?skip=99999999999999999999", "422 query.skip: value is not a valid integer"}}) {
    EXPECT_EQ(summary(admin("GET", "/admin/users" + query)), expected);
  }
}

TEST_F(Users, AreShownWithTheirTokensButNotTheirValues) {
  const auto shown = admin("GET", ann_path());

  ASSERT_EQ(shown.status, 200);
  ASSERT_EQ(shown.json["api_tokens"].size(), 1U);
  EXPECT_FALSE(shown.json["api_tokens"][0].contains("token"));
  EXPECT_EQ(shown.body.find(ann_.key), std::string::npos);
}

TEST_F(Users, AreFoundByEmail) {
  EXPECT_EQ(admin("GET", "/admin/users/email/ann%40EXAMPLE.com").json["id"], ann_.id);
  EXPECT_EQ(summary(admin("GET", "/admin/users/email/eve%40example.com")), "404 User not found");
  EXPECT_EQ(summary(admin("GET", "/admin/users/email/no-address")), "404 User not found");
  EXPECT_EQ(summary(admin("GET", "/admin/users/email/a%2Fb%00%40x.yz")), "404 User not found");
}

TEST_F(Users, ThatAreNotThereAreA404AndIdsThatAreNoneA422) {
  for (const auto* method : {"GET", "PATCH", "DELETE"}) {
    EXPECT_EQ(summary(admin(method, "/admin/users/999", "{}")), "404 User not found") << method;
    EXPECT_EQ(summary(admin(method, "/admin/users/9223372036854775807", "{}")),
              "404 User not found");
    EXPECT_EQ(summary(admin(method, "/admin/users/x", "{}")),
              "422 path.user_id: value is not a valid integer")
        << method;
    EXPECT_EQ(summary(admin(method, "/admin/users/9223372036854775808", "{}")),
              "422 path.user_id: value is not a valid integer");
    EXPECT_EQ(summary(admin(method, "/admin/users/-1", "{}")),
              "422 path.user_id: ensure this value is greater than or equal to 0");
  }
}

TEST_F(Users, AreChangedFieldByField) {
  const auto before = admin("GET", "/admin/users/email/" + ann_.email).json;
  EXPECT_EQ(admin("PATCH", ann_path(), "{}").json, before);

  const auto named = admin("PATCH", ann_path(), R"({"name":"Ann","image_url":"http://i"})");
  EXPECT_EQ(named.status, 200);
  EXPECT_EQ(named.json["name"], "Ann");
  EXPECT_EQ(named.json["max_concurrent_bots"], 3);

  EXPECT_EQ(admin("PATCH", ann_path(), R"({"data":{"a":1,"b":2}})").json["data"].size(), 2U);
  EXPECT_EQ(admin("PATCH", ann_path(), R"({"data":{"c":3}})").json["data"], Json({{"c", 3}}));
  EXPECT_EQ(admin("PATCH", ann_path(), R"({"max_concurrent_bots":0})").json["max_concurrent_bots"],
            0);
}

TEST_F(Users, AreChangedByNullWhereNullIsAValue) {
  admin("PATCH", ann_path(), R"({"name":"Ann","image_url":"http://i","data":{"a":1}})");

  const auto cleared =
      admin("PATCH", ann_path(), R"({"name":null,"image_url":null,"data":null,"email":null})");

  EXPECT_EQ(cleared.status, 200);
  EXPECT_EQ(cleared.json["name"], nullptr);
  EXPECT_EQ(cleared.json["image_url"], nullptr);
  EXPECT_EQ(cleared.json["data"], Json({{"a", 1}}));
  EXPECT_EQ(summary(admin("PATCH", ann_path(), R"({"max_concurrent_bots":null})")),
            "422 body.max_concurrent_bots: none is not an allowed value");
}

TEST_F(Users, KeepTheirEmail) {
  EXPECT_EQ(summary(admin("PATCH", ann_path(), R"({"email":"eve@example.com"})")),
            "400 Cannot change user email via this endpoint.");
  EXPECT_EQ(admin("PATCH", ann_path(), R"({"email":"ann@EXAMPLE.com","name":"A"})").status, 200);
}

TEST_F(Users, AreDeletedWithTheirBots) {
  const auto bot = launch("abc-defg-hij");

  const auto gone = admin("DELETE", ann_path());

  EXPECT_EQ(gone.status, 200);
  EXPECT_EQ(gone.json["message"], "User " + std::to_string(ann_.id) + " has been deleted");
  EXPECT_EQ(service_.runtime().stopped(), std::vector<std::string>{"fake:" + bot.session_uid});
  EXPECT_EQ(summary(user("GET", "/bots")), "401 Invalid API token");
  EXPECT_EQ(callback(bot, "heartbeat").status, 404);
  EXPECT_EQ(admin("GET", "/admin/meetings").json["meetings"].size(), 0U);
  EXPECT_EQ(summary(admin("DELETE", ann_path())), "404 User not found");
}

TEST_F(Users, AreDeletedWithTheBotsThatTheyStartMeanwhile) {
  admin("PATCH", ann_path(), R"({"max_concurrent_bots":100})");
  launch("a");
  bool first = true;
  service_.runtime().on_stop([&] {
    if (std::exchange(first, false)) launch("b");
  });

  EXPECT_EQ(admin("DELETE", ann_path()).status, 200);

  for (const auto& bot : service_.runtime().specs())
    EXPECT_FALSE(service_.runtime().alive("fake:" + bot.session_uid)) << bot.native_meeting_id;
  EXPECT_EQ(audited().back(), "user.delete user 1 2 bots stopped (admin)");
}

TEST_F(Users, ThatNeverCeaseToStartBotsAreNotDeleted) {
  admin("PATCH", ann_path(), R"({"max_concurrent_bots":1000})");
  launch("0");
  int count = 0;
  service_.runtime().on_stop([&] { start(std::to_string(++count)); });

  EXPECT_EQ(summary(admin("DELETE", ann_path())),
            "409 User 1 keeps starting bots; revoke its tokens before deleting it");
  EXPECT_EQ(admin("GET", ann_path()).status, 200);
}

TEST_F(Users, ChangesAreAudited) {
  const auto id = std::to_string(ann_.id);
  admin("POST", "/admin/users", R"({"email":"ann@example.com"})");
  admin("PATCH", ann_path(), R"({})");
  admin("PATCH", ann_path(), R"({"name":"Ann"})");
  admin("PATCH", ann_path(), R"({"max_concurrent_bots":7})");
  start("abc-defg-hij");
  admin("DELETE", ann_path());

  EXPECT_EQ(
      audited(),
      (std::vector<std::string>{"user.create user " + id + " ann@example.com (admin)",
                                "token.create user " + id + " token 1 (admin)",
                                "user.update user " + id + " name (admin)",
                                "user.update user " + id + " max_concurrent_bots 3 -> 7 (admin)",
                                "user.delete user " + id + " 1 bots stopped (admin)"}));
  EXPECT_NE(audit_log().front().request_id, "");
}

}  // namespace
}  // namespace bot::routes
