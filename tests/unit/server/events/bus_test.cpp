#include "server/events/bus.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace bot::events {
namespace {

StatusChanged status(std::int64_t meeting, std::int64_t user, const std::string& state) {
  return {meeting, user, "zoom", "123456789", state, "", 7};
}

TEST(Bus, TellsTheUserAndTheMeetingAndNobodyElse) {
  Bus bus;
  int user = 0;
  int meeting = 0;
  int all = 0;
  int other = 0;
  const auto a = bus.subscribe_user(1, [&](const auto&) { ++user; });
  const auto b = bus.subscribe_meeting(10, [&](const auto&) { ++meeting; });
  const auto c = bus.subscribe_all([&](const auto&) { ++all; });
  const auto d = bus.subscribe_user(10, [&](const auto&) { ++other; });
  const auto e = bus.subscribe_meeting(1, [&](const auto&) { ++other; });
  bus.publish(status(10, 1, "active"));
  bus.publish(TranscriptChanged{11, 1, "zoom", "x", "uid", {}, 8});
  EXPECT_EQ(user, 2);
  EXPECT_EQ(meeting, 1);
  EXPECT_EQ(all, 2);
  EXPECT_EQ(other, 0);
}

TEST(Bus, HandsOverWhatWasPublished) {
  Bus bus;
  std::vector<std::shared_ptr<const Event>> seen;
  const auto subscription =
      bus.subscribe_user(1, [&](const auto& event) { seen.push_back(event); });
  bus.publish(status(10, 1, "failed"));
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(std::get<StatusChanged>(*seen[0]), status(10, 1, "failed"));
}

TEST(Bus, AnEndedSubscriptionHearsNothing) {
  Bus bus;
  int heard = 0;
  auto subscription = bus.subscribe_user(1, [&](const auto&) { ++heard; });
  auto moved = std::move(subscription);
  bus.publish(status(1, 1, "active"));
  moved.reset();
  bus.publish(status(1, 1, "active"));
  EXPECT_EQ(heard, 1);
}

TEST(Bus, AHandlerMayEndItsOwnSubscription) {
  Bus bus;
  int heard = 0;
  Subscription subscription;
  subscription = bus.subscribe_user(1, [&](const auto&) {
    ++heard;
    subscription.reset();
  });
  bus.publish(status(1, 1, "active"));
  bus.publish(status(1, 1, "active"));
  EXPECT_EQ(heard, 1);
}

TEST(Bus, OutlivedByItsSubscriptions) {
  Subscription subscription;
  {
    Bus bus;
    subscription = bus.subscribe_all([](const auto&) {});
  }
  subscription.reset();
}

TEST(Bus, NoHandlerRunsAfterItsSubscriptionEnded) {
  Bus bus;
  std::atomic<bool> done{false};
  std::thread publisher([&] {
    while (!done)
      bus.publish(status(1, 1, "active"));
  });
  for (int i = 0; i < 200; ++i) {
    auto alive = std::make_unique<std::atomic<bool>>(true);
    std::atomic<bool> late{false};
    auto subscription = bus.subscribe_user(1, [&, flag = alive.get()](const auto&) {
      if (!*flag) late = true;
    });
    subscription.reset();
    *alive = false;
    EXPECT_FALSE(late);
  }
  done = true;
  publisher.join();
}

}  // namespace
}  // namespace bot::events
