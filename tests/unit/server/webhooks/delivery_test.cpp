#include "server/webhooks/delivery.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/clock.hpp"
#include "client/types/json.hpp"
#include "server/queue/queue.hpp"
#include "server/store/delivery_store.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/user_store.hpp"
#include "server/webhooks/event.hpp"
#include "tests/fakes/base/soon.hpp"
#include "tests/fakes/client/loopback_server.hpp"

namespace bot::webhooks {
namespace {

using client::LoopbackServer;

class DeliveryTest : public testing::Test {
 protected:
  void begin(PrivateTargets targets = PrivateTargets::allowed, Millis timeout = Millis{3000}) {
    deliver(targets, timeout);
    become_user_with_a_meeting("a@example.com");
  }
  void deliver(PrivateTargets targets = PrivateTargets::allowed, Millis timeout = Millis{3000}) {
    DeliveryOptions options;
    options.sender.private_targets = targets;
    options.sender.timeout = timeout;
    options.longest_retry_after = Millis{20};
    register_delivery(dispatcher_, database_, clock_, options);
    dispatcher_.start();
  }
  void become_user_with_a_meeting(const std::string& email) {
    database_.write([&](sql::Connection& connection) {
      store::NewUser user;
      user.email = email;
      user_ = store::UserStore(connection).find_or_create(user, 1).user.id;
      store::NewMeeting meeting;
      meeting.user_id = user_;
      meeting.platform = "zoom";
      meeting.native_meeting_id = "123456789";
      meeting.passcode = "do-not-tell";
      meeting_ = store::MeetingStore(connection).add(meeting, 1);
    });
  }
  void set_webhook(const std::string& url) {
    database_.write([&](sql::Connection& connection) {
      store::UserStore(connection).set_webhook(user_, url, "whsec_x", 1);
    });
  }
  int enqueue(const std::string& to, UnixMillis at = 1000) {
    const int count = database_.write([&](sql::Connection& connection) {
      return enqueue_events(
          connection, meeting_, {"starting", to, "bot_callback", std::nullopt, at}, at);
    });
    dispatcher_.wake(lane);
    return count;
  }
  std::vector<store::DeliveryRow> deliveries() {
    return database_.read([&](sql::Connection& connection) {
      return store::DeliveryStore(connection).of_user(user_, 100);
    });
  }
  bool all_are(const std::string& status) {
    return soon([&] {
      const auto all = deliveries();
      return !all.empty() && std::all_of(all.begin(), all.end(), [&](const auto& each) {
        return each.status == status;
      });
    });
  }

  SystemClock clock_;
  store::Database database_{{.path = ":memory:"}, clock_};
  queue::Dispatcher dispatcher_{
      database_, clock_, {.owner = "test", .backoff = {.first = Millis{5}, .longest = Millis{20}}}};
  std::int64_t user_ = 0;
  store::MeetingRow meeting_;
};

TEST_F(DeliveryTest, WithoutAWebhookNothingIsStored) {
  begin();
  EXPECT_EQ(enqueue("active"), 0);
  EXPECT_TRUE(deliveries().empty());
}

TEST_F(DeliveryTest, EventHasTheContractsBody) {
  begin();
  LoopbackServer receiver;
  set_webhook(receiver.origin() + "/hook");
  EXPECT_EQ(enqueue("stopping"), 1);
  ASSERT_TRUE(all_are("delivered"));
  const auto request = receiver.requests().at(0);
  const auto body = types::Json::parse(request.substr(request.find("\r\n\r\n") + 4));
  EXPECT_EQ(body.at("event_type"), "meeting.status_change");
  EXPECT_EQ(body.at("api_version"), "2026-03-01");
  EXPECT_EQ(body.at("data").at("meeting").at("id"), meeting_.id);
  EXPECT_EQ(body.at("data").at("status_change").at("from"), "starting");
  EXPECT_EQ(body.at("data").at("status_change").at("to"), "stopping");
  EXPECT_NE(request.find("X-Webhook-Id: " + body.at("event_id").get<std::string>()),
            std::string::npos);
  EXPECT_EQ(request.find("do-not-tell"), std::string::npos);
  EXPECT_EQ(deliveries().at(0).response_status, 200);
  EXPECT_EQ(deliveries().at(0).attempts, 1);
}

TEST_F(DeliveryTest, SpecialEventsGoBesides) {
  begin();
  LoopbackServer receiver;
  set_webhook(receiver.origin() + "/hook");
  EXPECT_EQ(enqueue("completed", 1), 2);
  EXPECT_EQ(enqueue("failed", 2), 2);
  EXPECT_EQ(enqueue("active", 3), 2);
  ASSERT_TRUE(all_are("delivered"));
  std::set<std::string> types;
  for (const auto& each : deliveries())
    types.insert(each.event_type);
  EXPECT_EQ(types,
            (std::set<std::string>{
                "meeting.status_change", "meeting.completed", "bot.failed", "meeting.started"}));
}

TEST_F(DeliveryTest, OneChangeIsOneEventHoweverOftenItIsTold) {
  begin();
  LoopbackServer receiver;
  set_webhook(receiver.origin() + "/hook");
  EXPECT_EQ(enqueue("stopping"), 1);
  EXPECT_EQ(enqueue("stopping"), 0);
}

TEST_F(DeliveryTest, PassingFailureIsTriedAgainWithTheSameEventId) {
  begin();
  LoopbackServer receiver;
  receiver.script({LoopbackServer::http(503, "", "text/plain", "Retry-After: 3600\r\n")});
  receiver.script({LoopbackServer::http(429, "")});
  set_webhook(receiver.origin() + "/hook");
  enqueue("stopping");
  ASSERT_TRUE(all_are("delivered"));
  EXPECT_EQ(deliveries().at(0).attempts, 3);
  const std::string id = "X-Webhook-Id: " + deliveries().at(0).event_id;
  ASSERT_EQ(receiver.requests().size(), 3U);
  for (const auto& request : receiver.requests())
    EXPECT_NE(request.find(id), std::string::npos);
}

TEST_F(DeliveryTest, OneUsersHangingTargetHoldsUpNobodyElse) {
  begin(PrivateTargets::allowed, std::chrono::minutes{5});
  LoopbackServer hanging;
  hanging.script({"", LoopbackServer::Then::hang});
  set_webhook(hanging.origin() + "/hook");
  for (UnixMillis at = 1; at <= 30; ++at)
    enqueue("stopping", at);
  ASSERT_TRUE(soon([&] { return !hanging.requests().empty(); }));

  become_user_with_a_meeting("b@example.com");
  LoopbackServer prompt;
  set_webhook(prompt.origin() + "/hook");
  enqueue("stopping");

  EXPECT_TRUE(all_are("delivered"));
}

TEST_F(DeliveryTest, ARefusalOfTheReceiverIsFinal) {
  begin();
  LoopbackServer receiver;
  receiver.script({LoopbackServer::http(410, "")});
  set_webhook(receiver.origin() + "/hook");
  enqueue("stopping");
  ASSERT_TRUE(all_are("dead"));
  EXPECT_EQ(deliveries().at(0).response_status, 410);
  EXPECT_EQ(deliveries().at(0).last_error, "the receiver answered 410");
  EXPECT_EQ(receiver.requests().size(), 1U);
}

TEST_F(DeliveryTest, ARedirectIsFinal) {
  begin();
  LoopbackServer receiver;
  receiver.script({LoopbackServer::http(302, "", "text/plain", "Location: http://x/\r\n")});
  set_webhook(receiver.origin() + "/hook");
  enqueue("stopping");
  ASSERT_TRUE(all_are("dead"));
}

TEST_F(DeliveryTest, NothingGoesToAWebhookThatWasRemoved) {
  begin();
  LoopbackServer receiver;
  set_webhook(receiver.origin() + "/hook");
  database_.write([&](sql::Connection& connection) {
    enqueue_events(
        connection, meeting_, {"starting", "stopping", "bot_callback", std::nullopt, 1}, 1);
    store::UserStore(connection).clear_webhook(user_, 2);
  });
  dispatcher_.wake(lane);
  ASSERT_TRUE(all_are("dead"));
  EXPECT_EQ(deliveries().at(0).last_error, "the webhook was removed");
  EXPECT_EQ(receiver.connections(), 0);
}

TEST_F(DeliveryTest, WhatNoAttemptDecidesIsWrittenDownAndAnItemThatIsRevivedIsDeliveredAfterAll) {
  queue::Listeners listeners;
  listen(listeners);
  LoopbackServer receiver;
  become_user_with_a_meeting("a@example.com");
  set_webhook(receiver.origin() + "/hook");
  enqueue("stopping");
  std::int64_t item = 0;
  // Its worker is lost during the last attempt.
  database_.write([&](sql::Connection& connection) {
    const auto now = clock_.now_ms();
    item = queue::claim(connection, {lane, "other", Millis{1}, 1}, 1, now, listeners).at(0).id;
    queue::return_expired(connection, now + 1, listeners);
  });
  EXPECT_EQ(deliveries().at(0).status, "dead");
  EXPECT_EQ(deliveries().at(0).last_error, "its worker was lost during the last attempt");

  database_.write([&](sql::Connection& connection) {
    EXPECT_TRUE(queue::revive(connection, item, clock_.now_ms(), listeners));
  });
  EXPECT_EQ(deliveries().at(0).status, "queued");
  EXPECT_EQ(deliveries().at(0).last_error, std::nullopt);
  deliver();
  EXPECT_TRUE(all_are("delivered"));
}

TEST_F(DeliveryTest, APurgeOfTheLaneEndsWhatWasOnItsWay) {
  queue::Listeners listeners;
  listen(listeners);
  become_user_with_a_meeting("a@example.com");
  set_webhook("http://127.0.0.1:1/hook");
  enqueue("stopping");
  database_.write([&](sql::Connection& connection) {
    queue::purge(connection,
                 {.lane = std::string(lane), .status = queue::ItemStatus::ready},
                 10,
                 clock_.now_ms(),
                 listeners);
  });
  EXPECT_EQ(deliveries().at(0).status, "dead");
  EXPECT_EQ(deliveries().at(0).last_error, "it was purged");
}

TEST_F(DeliveryTest, AnItemThatNamesNoDeliveryIsADeadLetterAtOnce) {
  begin();
  const auto id = *database_.write([&](sql::Connection& connection) {
    return queue::enqueue(
        connection,
        {.lane = std::string(lane), .kind = "k", .payload = R"({"delivery_id":"x"})"},
        clock_.now_ms());
  });
  dispatcher_.wake(lane);
  EXPECT_TRUE(soon([&] {
    return database_.read([&](sql::Connection& connection) { return queue::find(connection, id); })
               ->status == queue::ItemStatus::dead;
  }));
}

TEST_F(DeliveryTest, APrivateTargetIsFinalAndNeverConnectedTo) {
  begin(PrivateTargets::refused);
  LoopbackServer receiver;
  set_webhook(receiver.origin() + "/hook");
  enqueue("stopping");
  ASSERT_TRUE(all_are("dead"));
  EXPECT_EQ(receiver.connections(), 0);
  EXPECT_EQ(deliveries().at(0).response_status, std::nullopt);
}

}  // namespace
}  // namespace bot::webhooks
