#include "drivers/redis/connection.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/ids.hpp"

namespace bot::redis {
namespace {

Options server() {
  const char* url = std::getenv("BOTD_TEST_REDIS_URL");
  if (url == nullptr)
    throw std::runtime_error("BOTD_TEST_REDIS_URL is not set: run ./dev test --engines");
  return {.address = parse_url(url).value()};
}

class Redis : public testing::Test {
 protected:
  std::string key(const std::string& name) const { return prefix_ + name; }

  Connection connection_{server()};

 private:
  const std::string prefix_ = "test:" + random_hex(12) + ":";
};

TEST_F(Redis, GivesBackWhatItWasGivenByteForByte) {
  const std::string value("a\0\r\nb", 5);

  EXPECT_EQ(connection_.run({"SET", key("k"), value}).text, "OK");
  EXPECT_EQ(connection_.run({"GET", key("k")}).text, value);
  EXPECT_TRUE(connection_.run({"GET", key("absent")}).is_nil());
  EXPECT_EQ(connection_.run({"DEL", key("k")}).integer, 1);
}

TEST_F(Redis, AnswersManyCommandsInTheirOrder) {
  const std::vector<Command> commands = {
      {"RPUSH", key("l"), "a", "b"}, {"INCR", key("l")}, {"LRANGE", key("l"), "0", "-1"}};

  const auto replies = connection_.run_all(commands);

  ASSERT_EQ(replies.size(), 3u);
  EXPECT_EQ(replies[0].integer, 2);
  EXPECT_TRUE(replies[1].is_error());
  ASSERT_EQ(replies[2].list.size(), 2u);
  EXPECT_EQ(replies[2].list[1].text, "b");
}

TEST_F(Redis, ARefusalNamesTheCommandAndNotItsValues) {
  connection_.run({"SET", key("k"), "hunter2"});
  for (const auto* command : {"LPUSH", "NOSUCHCOMMAND"}) {
    try {
      connection_.run({command, key("k"), "hunter2"});
      FAIL() << command << " was done";
    } catch (const Refused& refused) {
      const std::string text = refused.what();
      EXPECT_NE(text.find(command), text.npos);
      EXPECT_EQ(text.find("hunter2"), text.npos);
    }
  }
  EXPECT_EQ(connection_.run({"GET", key("k")}).text, "hunter2");
}

TEST_F(Redis, MessagesComeToSubscribersAndSilenceIsNoError) {
  Connection listener(server());
  listener.run({"PSUBSCRIBE", key("*")});

  EXPECT_FALSE(listener.next_message(Millis{1}).has_value());
  EXPECT_EQ(connection_.run({"PUBLISH", key("news"), "hello"}).integer, 1);

  const auto message = listener.next_message(Millis{5000});
  ASSERT_TRUE(message.has_value());
  ASSERT_EQ(message->list.size(), 4u);
  EXPECT_EQ(message->list[0].text, "pmessage");
  EXPECT_EQ(message->list[2].text, key("news"));
  EXPECT_EQ(message->list[3].text, "hello");
}

TEST_F(Redis, AConnectionThatTheServerEndedIsUnavailable) {
  Connection other(server());
  const auto id = std::to_string(other.run({"CLIENT", "ID"}).integer);

  connection_.run({"CLIENT", "KILL", "ID", id});

  EXPECT_THROW(other.run({"PING"}), Unavailable);
}

TEST(RedisServer, ThatIsNotThereIsUnavailableAndNamed) {
  try {
    Connection({.address = {.port = 1, .password = "hunter2"}});
    FAIL() << "connected to port 1";
  } catch (const Unavailable& away) {
    const std::string text = away.what();
    EXPECT_NE(text.find("127.0.0.1:1"), text.npos);
    EXPECT_EQ(text.find("hunter2"), text.npos);
  }
}

TEST_F(Redis, ABlockingCommandIsAnsweredAsSoonAsThereIsSomething) {
  const Interrupt never;
  connection_.run({"RPUSH", key("q"), "first"});

  const auto there = connection_.run_blocking({"BLPOP", key("q"), "5"}, Millis{5000}, never);
  const auto none = connection_.run_blocking({"BLPOP", key("q"), "0.05"}, Millis{50}, never);

  ASSERT_TRUE(there);
  EXPECT_EQ(there->list.at(1).text, "first");
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->is_nil());
}

TEST_F(Redis, AnInterruptEndsTheWaitForABlockingCommandAndForAMessage) {
  Interrupt interrupt;
  const auto begun = std::chrono::steady_clock::now();
  std::thread other([&] { interrupt.raise(); });
  EXPECT_FALSE(connection_.run_blocking({"BLPOP", key("q"), "30"}, Millis{30'000}, interrupt));
  EXPECT_FALSE(Connection(server()).next_message(Millis{30'000}, &interrupt));
  other.join();
  interrupt.clear();
  EXPECT_FALSE(interrupt.wait(Millis{0}));

  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
}

}  // namespace
}  // namespace bot::redis
