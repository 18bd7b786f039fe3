#include "server/store/audit_store.hpp"
#include "server/store/delivery_store.hpp"
#include "server/store/idempotency_store.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/setting_store.hpp"
#include "server/store/token_store.hpp"
#include "server/store/user_store.hpp"
#include "tests/contract/engines.hpp"

namespace bot::store {
namespace {

class UserContract : public OnEachEngine {
 protected:
  UserRow make_user(const std::string& email, std::int64_t limit = 2) {
    return write([&](sql::Connection& connection) {
      return UserStore(connection)
          .find_or_create({.email = email, .max_concurrent_bots = limit}, now())
          .user;
    });
  }
};

TEST_P(UserContract, CreatesAUserOnceAndThenFindsIt) {
  const NewUser wanted{.email = "a@example.com", .name = "A", .max_concurrent_bots = 3};

  const auto first = write(
      [&](sql::Connection& connection) { return UserStore(connection).find_or_create(wanted, 5); });
  const auto second = write([&](sql::Connection& connection) {
    return UserStore(connection).find_or_create({.email = "a@example.com", .name = "other"}, 6);
  });

  EXPECT_TRUE(first.created);
  EXPECT_FALSE(second.created);
  EXPECT_EQ(first.user, second.user);
  EXPECT_EQ(second.user.name, "A");
  EXPECT_EQ(second.user.max_concurrent_bots, 3);
  EXPECT_EQ(second.user.created_at, 5);
}

TEST_P(UserContract, FindsByIdAndAddressOrNotAtAll) {
  const auto user = make_user("a@example.com");

  read([&](sql::Connection& connection) {
    UserStore users(connection);
    EXPECT_EQ(users.find(user.id), user);
    EXPECT_EQ(users.find_by_email("a@example.com"), user);
    EXPECT_EQ(users.find(user.id + 1), std::nullopt);
    EXPECT_EQ(users.find_by_email("A@example.com"), std::nullopt);
  });
}

TEST_P(UserContract, ListsInTheOrderOfIdsByPages) {
  for (const char* email : {"c@example.com", "a@example.com", "b@example.com"})
    make_user(email);

  const auto page =
      read([&](sql::Connection& connection) { return UserStore(connection).list(1, 5); });

  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].email, "a@example.com");
  EXPECT_EQ(page[1].email, "b@example.com");
}

TEST_P(UserContract, SumsUpTheLimitsOfAll) {
  const auto sum = [this] {
    return read([](sql::Connection& connection) { return UserStore(connection).sum_of_limits(); });
  };
  EXPECT_EQ(sum(), 0);
  write([](sql::Connection& connection) {
    UserStore users(connection);
    users.find_or_create({.email = "a@example.com", .max_concurrent_bots = 1'000'000}, 1);
    users.find_or_create({.email = "b@example.com", .max_concurrent_bots = 5}, 1);
  });
  EXPECT_EQ(sum(), 1'000'005);
}

TEST_P(UserContract, ChangesOnlyWhatIsGiven) {
  const auto user = make_user("a@example.com");

  const auto changed = write([&](sql::Connection& connection) {
    return UserStore(connection).update(user.id, {.name = "N", .data = R"({"k":1})"});
  });
  const auto absent = write([&](sql::Connection& connection) {
    return UserStore(connection).update(user.id + 1, {.name = "N"});
  });

  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed->name, "N");
  EXPECT_EQ(changed->data, R"({"k":1})");
  EXPECT_EQ(changed->max_concurrent_bots, user.max_concurrent_bots);
  EXPECT_EQ(absent, std::nullopt);
}

TEST_P(UserContract, NeverGivesAnIdASecondTime) {
  const auto first = make_user("a@example.com");
  write([&](sql::Connection& connection) { UserStore(connection).remove(first.id); });

  const auto second = make_user("a@example.com");

  EXPECT_GT(second.id, first.id);
}

TEST_P(UserContract, RemovesAUserWithAllThatIsTheirs) {
  const auto user = make_user("a@example.com");
  const auto other = make_user("b@example.com");
  write([&](sql::Connection& connection) {
    for (const auto id : {user.id, other.id}) {
      TokenStore(connection).create({id, "sha-" + std::to_string(id)}, now());
      MeetingStore(connection)
          .add({.user_id = id,
                .platform = "zoom",
                .native_meeting_id = "1",
                .bot_container_id = "bot-1"},
               now());
    }
  });

  const bool removed =
      write([&](sql::Connection& connection) { return UserStore(connection).remove(user.id); });

  EXPECT_TRUE(removed);
  read([&](sql::Connection& connection) {
    EXPECT_TRUE(MeetingStore(connection).list(user.id, {}).empty());
    EXPECT_TRUE(TokenStore(connection).list(user.id).empty());
    EXPECT_EQ(MeetingStore(connection).list(other.id, {}).size(), 1u);
    EXPECT_EQ(TokenStore(connection).list(other.id).size(), 1u);
  });
}

TEST_P(UserContract, KeepsWhetherAUserIsSuspended) {
  const auto user = make_user("a@example.com");
  EXPECT_EQ(user.status, domain::UserStatus::active);

  const auto suspended = write([&](sql::Connection& connection) {
    return UserStore(connection).update(user.id, {.status = domain::UserStatus::suspended});
  });

  ASSERT_TRUE(suspended.has_value());
  EXPECT_EQ(suspended->status, domain::UserStatus::suspended);
  EXPECT_EQ(suspended->max_concurrent_bots, user.max_concurrent_bots);
  write([&](sql::Connection& connection) {
    TokenStore(connection).create({.user_id = user.id, .token_sha256 = "t"}, 5);
  });
  read([&](sql::Connection& connection) {
    EXPECT_EQ(UserStore(connection).find(user.id)->status, domain::UserStatus::suspended);
    EXPECT_EQ(TokenStore(connection).find_live("t", 6)->user.status, domain::UserStatus::suspended);
  });
  const auto other = write([&](sql::Connection& connection) {
    return UserStore(connection).update(user.id, {.name = "N"});
  });
  EXPECT_EQ(other->status, domain::UserStatus::suspended);
}

TEST_P(UserContract, LocksAUserThatIsThere) {
  const auto user = make_user("a@example.com", 4);

  write([&](sql::Connection& connection) {
    EXPECT_EQ(UserStore(connection).lock(user.id)->max_concurrent_bots, 4);
    EXPECT_EQ(UserStore(connection).lock(user.id + 1), std::nullopt);
  });
}

TEST_P(UserContract, KeepsAWebhookUntilItIsCleared) {
  const auto user = make_user("a@example.com");

  write([&](sql::Connection& connection) {
    UserStore users(connection);
    EXPECT_TRUE(users.set_webhook(user.id, "https://example.com/h", "key", 9));
    const auto with = users.find(user.id);
    EXPECT_EQ(with->webhook_url, "https://example.com/h");
    EXPECT_EQ(with->webhook_secret, "key");
    EXPECT_EQ(with->webhook_updated_at, 9);

    EXPECT_TRUE(users.clear_webhook(user.id, 10));
    EXPECT_EQ(users.find(user.id)->webhook_url, std::nullopt);
    EXPECT_FALSE(users.clear_webhook(user.id + 1, 10));
  });
}

TEST_P(UserContract, FindsTheOwnerOfALiveTokenOnly) {
  const auto user = make_user("a@example.com");
  const auto token = write([&](sql::Connection& connection) {
    return TokenStore(connection)
        .create({.user_id = user.id, .token_sha256 = "abc", .name = "ci", .expires_at = 100}, 1);
  });

  write([&](sql::Connection& connection) {
    TokenStore tokens(connection);
    const auto found = tokens.find_live("abc", 99);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->user, user);
    EXPECT_EQ(found->token, token);
    EXPECT_FALSE(tokens.find_live("abc", 100).has_value());
    EXPECT_FALSE(tokens.find_live("abd", 1).has_value());

    tokens.touch(token.id, 50);
    EXPECT_EQ(tokens.list(user.id)[0].last_used_at, 50);
    EXPECT_TRUE(tokens.remove(token.id));
    EXPECT_FALSE(tokens.remove(token.id));
    EXPECT_FALSE(tokens.find_live("abc", 99).has_value());
  });
}

TEST_P(UserContract, RefusesATokenOfNobody) {
  EXPECT_THROW(write([&](sql::Connection& connection) {
                 TokenStore(connection).create({.user_id = 77, .token_sha256 = "x"}, 1);
               }),
               sql::Fault);
}

TEST_P(UserContract, AnswersARepeatedKeyWithTheFirstAnswer) {
  const IdempotentAnswer answer{"request", 201, R"({"id":1})", 5};

  write([&](sql::Connection& connection) {
    IdempotencyStore keys(connection);
    EXPECT_TRUE(keys.put("user 1 POST /bots", "k", answer));
    EXPECT_FALSE(keys.put("user 1 POST /bots", "k", {"other", 500, "", 6}));
    EXPECT_EQ(keys.find("user 1 POST /bots", "k"), answer);
    EXPECT_EQ(keys.find("user 2 POST /bots", "k"), std::nullopt);

    EXPECT_EQ(keys.purge_before(5), 0u);
    EXPECT_EQ(keys.purge_before(6), 1u);
    EXPECT_EQ(keys.find("user 1 POST /bots", "k"), std::nullopt);
  });
}

TEST_P(UserContract, FollowsADeliveryToItsEnd) {
  const auto user = make_user("a@example.com");

  write([&](sql::Connection& connection) {
    DeliveryStore deliveries(connection);
    const NewDelivery event{user.id, 3, "evt-1", "meeting.completed", "https://e/", "{}"};
    const auto added = deliveries.add(event, 1);
    ASSERT_TRUE(added.has_value());
    EXPECT_EQ(added->status, "queued");
    EXPECT_FALSE(deliveries.add(event, 2).has_value());

    EXPECT_TRUE(deliveries.failed(added->id, {500, "the server said 500"}));
    EXPECT_EQ(deliveries.find(added->id)->last_error, "the server said 500");
    EXPECT_TRUE(deliveries.delivered(added->id, 204, 9));
    EXPECT_FALSE(deliveries.dead(added->id, {std::nullopt, "late"}));

    const auto ended = deliveries.find(added->id);
    EXPECT_EQ(ended->status, "delivered");
    EXPECT_EQ(ended->attempts, 2);
    EXPECT_EQ(ended->response_status, 204);
    EXPECT_EQ(ended->last_error, std::nullopt);
    EXPECT_EQ(ended->delivered_at, 9);
  });
}

TEST_P(UserContract, PurgesFinishedDeliveriesOnly) {
  const auto user = make_user("a@example.com");

  write([&](sql::Connection& connection) {
    DeliveryStore deliveries(connection);
    const auto dead = deliveries.add({user.id, {}, "evt-1", "t", "u", "{}"}, 1);
    deliveries.add({user.id, {}, "evt-2", "t", "u", "{}"}, 1);
    EXPECT_TRUE(deliveries.dead(dead->id, {std::nullopt, "gone"}));

    EXPECT_EQ(deliveries.purge_before(2), 1u);
    const auto left = deliveries.of_user(user.id, 10);
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0].event_id, "evt-2");
  });
}

TEST_P(UserContract, RemembersWhoDidWhatNewestFirst) {
  write([&](sql::Connection& connection) {
    AuditStore audit(connection);
    for (const UnixMillis at : {1, 2, 3})
      audit.add({0, at, "admin", "user.create", "user " + std::to_string(at % 2), "r", "{}"});

    audit.add({0, 4, "admin", "user.delete", "user 1", "r", "{}"});

    const auto newest = audit.list({.limit = 2});
    ASSERT_EQ(newest.size(), 2u);
    EXPECT_EQ(newest[0].at, 4);
    EXPECT_EQ(audit.list({.before = newest[1].id}).front().at, 2);
    EXPECT_EQ(audit.list({.subject = "user 1"}).size(), 3u);
    EXPECT_EQ(audit.list({.subject = "user 1", .action = "user.create"}).size(), 2u);
    EXPECT_EQ(audit.purge_before(3), 2u);
    EXPECT_EQ(audit.list({}).size(), 2u);
  });
}

TEST_P(UserContract, KeepsSettings) {
  write([&](sql::Connection& connection) {
    SettingStore settings(connection);
    EXPECT_EQ(settings.find("k"), std::nullopt);
    settings.put("k", "1");
    settings.put("k", "2");
    EXPECT_EQ(settings.find("k"), "2");
    EXPECT_TRUE(settings.remove("k"));
    EXPECT_FALSE(settings.remove("k"));
  });
}

INSTANTIATE_TEST_SUITE_P(Store, UserContract, testing::ValuesIn(engines()), name_of_case);

}  // namespace
}  // namespace bot::store
