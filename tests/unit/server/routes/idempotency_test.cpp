#include "server/routes/idempotency.hpp"

#include "tests/unit/server/routes/api.hpp"

namespace bot::routes {
namespace {

class Idempotency : public Api {
 protected:
  Answer post(const std::string& target, const std::string& body, const std::string& key) {
    return call({.method = "POST",
                 .target = target,
                 .body = body,
                 .user_key = ann_.key,
                 .admin_key = WholeService::admin_key,
                 .headers = {{"Idempotency-Key", key}}});
  }
  Answer start_bot(const std::string& native_id, const std::string& key) {
    const Json wanted{{"platform", "google_meet"}, {"native_meeting_id", native_id}};
    return post("/bots", wanted.dump(), key);
  }
  std::size_t bots() { return user("GET", "/bots").json["meetings"].size(); }
};

TEST_F(Idempotency, GivesTheFirstAnswerAgain) {
  const auto first = start_bot("a", "k");
  ASSERT_EQ(first.status, 201);
  EXPECT_EQ(first.header("Idempotency-Replayed"), "");
  ASSERT_EQ(user("DELETE", "/bots/google_meet/a").status, 202);

  const auto again = start_bot("a", "k");

  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(bots(), 0U);
}

TEST_F(Idempotency, RefusesTheKeyForAnotherRequest) {
  ASSERT_EQ(start_bot("a", "k").status, 201);
  EXPECT_EQ(summary(start_bot("b", "k")), "409 This Idempotency-Key was used with another request");
  EXPECT_EQ(bots(), 1U);

  ASSERT_EQ(post("/admin/users", R"({"email":"a@b.cd"})", "k").status, 201);
  EXPECT_EQ(post("/admin/users", R"({"email":"a@b.ce"})", "k").status, 409);
}

TEST_F(Idempotency, RefusesTheKeyForATokenOfAnotherUser) {
  const auto bob = make_customer("bob@example.com");
  ASSERT_EQ(post("/admin/users/" + std::to_string(ann_.id) + "/tokens", "", "k").status, 201);

  EXPECT_EQ(summary(post("/admin/users/" + std::to_string(bob.id) + "/tokens", "", "k")),
            "409 This Idempotency-Key was used with another request");
}

TEST_F(Idempotency, KnowsAPathHoweverItIsEncoded) {
  const auto id = std::to_string(ann_.id);
  ASSERT_EQ(post("/admin/users/" + id + "/tokens", "", "k").status, 201);
  EXPECT_EQ(post("/admin/users/%3" + id + "/tokens", "", "k").status, 409);
  EXPECT_EQ(admin("GET", "/admin/users/" + id + "/tokens").json.size(), 2U);
}

TEST_F(Idempotency, KeysOfUsersAndOperationsAreApart) {
  const auto bob = make_customer("bob@example.com");
  const Json wanted{{"platform", "google_meet"}, {"native_meeting_id", "a"}};
  ASSERT_EQ(start_bot("a", "k").status, 201);

  EXPECT_EQ(post("/admin/users", R"({"email":"a@b.cd"})", "k").status, 201);
  const auto bobs = call({.method = "POST",
                          .target = "/bots",
                          .body = wanted.dump(),
                          .user_key = bob.key,
                          .headers = {{"Idempotency-Key", "k"}}});
  EXPECT_EQ(bobs.status, 201);
  EXPECT_EQ(bobs.json["user_id"], bob.id);
}

TEST_F(Idempotency, DoesNotShowATokenTwice) {
  const auto target = "/admin/users/" + std::to_string(ann_.id) + "/tokens";
  const auto first = post(target, "", "k");
  ASSERT_EQ(first.status, 201);

  const auto again = post(target, "", "k");

  EXPECT_EQ(summary(again),
            "409 A token of user 1 was already created with this Idempotency-Key and its value is "
            "shown only once; revoke it and create another");
  EXPECT_EQ(again.body.find(first.json["token"].get<std::string>()), std::string::npos);
  EXPECT_EQ(admin("GET", target).json.size(), 2U);
}

TEST_F(Idempotency, RepeatsCreationsAndNotTheirAudit) {
  const auto first = post("/admin/users", R"({"email":"a@b.cd"})", "k");
  const auto entries = audited().size();

  const auto again = post("/admin/users", R"({"email":"a@b.cd"})", "k");

  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(audited().size(), entries);
}

TEST_F(Idempotency, RemembersNoRefusals) {
  EXPECT_EQ(start_bot("", "k").status, 422);
  EXPECT_EQ(start_bot("a", "k").status, 201);
  admin("PATCH", "/admin/users/1", R"({"max_concurrent_bots":1})");
  EXPECT_EQ(start_bot("b", "k2").status, 429);
  user("DELETE", "/bots/google_meet/a");
  EXPECT_EQ(start_bot("b", "k2").status, 201);
}

TEST_F(Idempotency, RefusesKeysThatAreNone) {
  for (const auto& key : {std::string(256, 'k'), std::string("a\tb"), std::string("\xff")}) {
    EXPECT_EQ(summary(start_bot("a", key)),
              "422 header.Idempotency-Key: must be 1 to 255 bytes without control characters");
  }
  EXPECT_EQ(start_bot("a", std::string(255, 'k')).status, 201);
}

TEST_F(Idempotency, GivesConcurrentTwinsOneBot) {
  admin("PATCH", "/admin/users/1", R"({"max_concurrent_bots":100})");
  constexpr int twins = 8;
  std::vector<http::Reply> replies(twins);
  std::vector<std::thread> threads;
  for (auto& reply : replies) {
    threads.emplace_back([&] {
      reply = service_.dispatcher().handle_sync(
          to_request({.method = "POST",
                      .target = "/bots",
                      .body = R"({"platform":"zoom","native_meeting_id":"twin"})",
                      .user_key = ann_.key,
                      .headers = {{"Idempotency-Key", "k"}}}));
    });
  }
  for (auto& thread : threads)
    thread.join();

  for (const auto& reply : replies) {
    EXPECT_EQ(reply.status, 201) << reply.body;
    EXPECT_EQ(reply.body, replies[0].body);
  }
  EXPECT_EQ(bots(), 1U);
}

TEST_F(Idempotency, GivesConcurrentTwinsOneUser) {
  std::vector<http::Reply> replies(8);
  std::vector<std::thread> threads;
  for (auto& reply : replies) {
    threads.emplace_back([&] {
      reply =
          service_.dispatcher().handle_sync(to_request({.method = "POST",
                                                        .target = "/admin/users",
                                                        .body = R"({"email":"twin@example.com"})",
                                                        .admin_key = WholeService::admin_key,
                                                        .headers = {{"Idempotency-Key", "k"}}}));
    });
  }
  for (auto& thread : threads)
    thread.join();

  for (const auto& reply : replies)
    EXPECT_EQ(reply.status, 201) << reply.body;
  EXPECT_EQ(admin("GET", "/admin/users").json.size(), 2U);
}

}  // namespace
}  // namespace bot::routes
