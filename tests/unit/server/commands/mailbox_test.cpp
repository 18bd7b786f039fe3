#include "server/commands/mailbox.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "server/store/command_store.hpp"
#include "server/store/database.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/session_store.hpp"
#include "server/store/user_store.hpp"
#include "tests/fakes/base/manual_clock.hpp"

namespace bot::commands {
namespace {

using std::chrono::seconds;

class MailboxTest : public testing::Test {
 protected:
  MailboxTest() {
    database_.write([&](sql::Connection& connection) {
      store::NewUser user;
      user.email = "a@example.com";
      const auto owner = store::UserStore(connection).find_or_create(user, 1).user.id;
      store::NewMeeting meeting;
      meeting.user_id = owner;
      meeting.platform = "zoom";
      meeting.native_meeting_id = "1";
      meeting_ = store::MeetingStore(connection).add(meeting, 1).id;
      store::SessionStore(connection).add({meeting_, "uid", "hash"}, 1);
    });
  }

  std::int64_t command(const std::string& action) {
    return database_.write([&](sql::Connection& connection) {
      return store::CommandStore(connection).add({meeting_, "uid", action}, 1).id;
    });
  }
  std::string status(std::int64_t id) {
    return database_
        .read([&](sql::Connection& connection) { return store::CommandStore(connection).find(id); })
        ->status;
  }
  std::future<Result<Commands>> fetch(std::int64_t after, Millis wait) {
    auto promise = std::make_shared<std::promise<Result<Commands>>>();
    auto future = promise->get_future();
    mailbox_->fetch("uid", after, wait, [promise](Result<Commands> commands) {
      promise->set_value(std::move(commands));
    });
    return future;
  }
  static bool is_ready(std::future<Result<Commands>>& future) {
    return future.wait_for(seconds(0)) == std::future_status::ready;
  }
  static Result<Commands> get(std::future<Result<Commands>>& future) {
    EXPECT_EQ(future.wait_for(seconds(10)), std::future_status::ready);
    return future.get();
  }

  ManualClock clock_;
  store::Database database_{{.path = ":memory:"}, clock_};
  std::int64_t meeting_ = 0;
  std::unique_ptr<Mailbox> mailbox_ = std::make_unique<Mailbox>(database_, clock_);
};

TEST_F(MailboxTest, WhatIsThereComesAtOnceAndIsMarkedDelivered) {
  const auto first = command("reconfigure");
  const auto second = command("leave");
  auto future = fetch(0, seconds(60));
  ASSERT_TRUE(is_ready(future));
  const auto commands = future.get();
  ASSERT_TRUE(commands);
  ASSERT_EQ(commands->size(), 2U);
  EXPECT_EQ((*commands)[0].id, first);
  EXPECT_EQ((*commands)[1].id, second);
  EXPECT_EQ(status(first), "delivered");
}

TEST_F(MailboxTest, ALookForAllWakesWhoHasACommandAndLeavesTheOthersWaiting) {
  auto future = fetch(0, seconds(60));
  std::atomic<int> others{0};
  for (int i = 0; i < 250; ++i) {
    const auto session = "other-" + std::to_string(i);
    database_.write([&](sql::Connection& connection) {
      store::SessionStore(connection).add({meeting_, session, "hash-" + session}, 1);
    });
    mailbox_->fetch(session, 0, seconds(60), [&](const Result<Commands>&) { ++others; });
  }
  // As another server does: nobody here is told.
  const auto sent = command("leave");
  EXPECT_FALSE(is_ready(future));

  mailbox_->wake_all();

  const auto commands = get(future);
  ASSERT_TRUE(commands);
  ASSERT_EQ(commands->size(), 1U);
  EXPECT_EQ((*commands)[0].id, sent);
  EXPECT_EQ(mailbox_->waiting(), 250U);
  EXPECT_EQ(others, 0);
  mailbox_->release_all();
}

TEST_F(MailboxTest, ALookForAllWakesNobodyForWhatHeHasAlready) {
  const auto sent = command("leave");
  auto future = fetch(sent, seconds(60));
  auto looked = std::make_shared<std::promise<void>>();

  mailbox_->wake_all();
  // The mailbox's thread does one thing after the other.
  mailbox_->fetch(
      "nobody", 0, Millis{1}, [looked](const Result<Commands>&) { looked->set_value(); });

  EXPECT_EQ(looked->get_future().wait_for(seconds(10)), std::future_status::ready);
  EXPECT_FALSE(is_ready(future));
  EXPECT_EQ(mailbox_->waiting(), 1U);
  mailbox_->release_all();
}

TEST_F(MailboxTest, AShutdownAnswersWhoWaitsAndLetsNobodyWaitAgain) {
  auto waiting = fetch(0, seconds(60));

  mailbox_->release_all();
  auto later = fetch(0, seconds(60));

  for (auto* future : {&waiting, &later}) {
    // The second one by whoever sees it first, this thread or the mailbox's own.
    ASSERT_EQ(future->wait_for(seconds(10)), std::future_status::ready);
    EXPECT_TRUE(get(*future)->empty());
  }
}

TEST_F(MailboxTest, OnlyLaterOnesAreGiven) {
  const auto first = command("reconfigure");
  const auto second = command("leave");
  auto future = fetch(first, seconds(0));
  const auto commands = get(future);
  ASSERT_TRUE(commands);
  ASSERT_EQ(commands->size(), 1U);
  EXPECT_EQ((*commands)[0].id, second);
}

TEST_F(MailboxTest, WaitsUntilItIsWoken) {
  auto future = fetch(0, seconds(60));
  EXPECT_FALSE(is_ready(future));
  mailbox_->wake("uid");
  mailbox_->wake("somebody else");
  const auto id = command("leave");
  mailbox_->wake("uid");
  const auto commands = get(future);
  ASSERT_TRUE(commands);
  ASSERT_EQ(commands->size(), 1U);
  EXPECT_EQ((*commands)[0].id, id);
  EXPECT_EQ(mailbox_->waiting(), 0U);
}

TEST_F(MailboxTest, NothingComesWhenTheWaitIsOver) {
  auto future = fetch(0, Millis{30});
  const auto commands = get(future);
  ASSERT_TRUE(commands);
  EXPECT_TRUE(commands->empty());
}

TEST_F(MailboxTest, ABotThatComesAgainGivesUpItsFirstConnection) {
  auto first = fetch(0, seconds(60));
  auto second = fetch(0, seconds(60));
  EXPECT_TRUE(get(first)->empty());
  command("leave");
  mailbox_->wake("uid");
  EXPECT_EQ(get(second)->size(), 1U);
}

TEST_F(MailboxTest, ClosedSessionIsNotFound) {
  auto waiting = fetch(0, seconds(60));
  database_.write([](sql::Connection& connection) {
    store::SessionStore(connection).end("uid", std::nullopt, 5);
  });
  mailbox_->close("uid");
  EXPECT_EQ(get(waiting).error().code, Errc::not_found);
  auto later = fetch(0, seconds(60));
  EXPECT_EQ(get(later).error().code, Errc::not_found);
}

TEST_F(MailboxTest, ItsEndAnswersAllThatWait) {
  auto future = fetch(0, seconds(60));
  mailbox_.reset();
  EXPECT_TRUE(get(future)->empty());
}

TEST_F(MailboxTest, NoCommandIsLostBetweenLookingAndWaiting) {
  std::int64_t after = 0;
  for (int i = 0; i < 100; ++i) {
    std::thread writer([&] {
      command("reconfigure");
      mailbox_->wake("uid");
    });
    auto future = fetch(after, seconds(60));
    const auto commands = get(future);
    writer.join();
    ASSERT_TRUE(commands);
    ASSERT_EQ(commands->size(), 1U);
    after = (*commands)[0].id;
  }
}

}  // namespace
}  // namespace bot::commands
