// What the log says of one request can be followed through all that came of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "client/ops/all.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/fakes/client/loopback_server.hpp"

namespace bot::e2e {
namespace {

using nlohmann::json;

class ServerLog : public testing::Test {
 protected:
  // All lines with these values, as they are by now.
  std::vector<json> lines(const json& wanted) const {
    std::vector<json> found;
    const auto text = server_.log();
    for (const auto line : split(text, '\n')) {
      const auto parsed = json::parse(line, nullptr, false);
      if (!parsed.is_object()) continue;
      bool fits = true;
      for (const auto& [name, value] : wanted.items())
        fits = fits && parsed.value(name, json()) == value;
      if (fits) found.push_back(parsed);
    }
    return found;
  }
  bool logs(const json& wanted) const {
    return eventually([&] { return !lines(wanted).empty(); });
  }

  const TempDir home_;
  const Botd server_{
      home_ / "data",
      {.flags = {"--bot-join-delay", "10ms", "--log-format", "json", "--allow-private-targets"}}};
  const Account account_ = make_user(server_, 2);
};

TEST_F(ServerLog, FollowsARequestToItsLaunchItsBotAndItsWebhooks) {
  client::LoopbackServer sink;
  const auto user = server_.user(account_.key);
  ASSERT_TRUE(user.run(client::SetWebhook{.webhook_url = sink.origin() + "/hook"}));

  const auto started = user.run(client::StartBot{.platform = "zoom", .native_meeting_id = "1"},
                                {.request_id = "start-1"});
  ASSERT_TRUE(started);
  ASSERT_TRUE(reaches(user, "1", "active"));
  const auto stopped = user.run(client::StopBot{"zoom", "1"}, {.request_id = "stop-1"});
  ASSERT_TRUE(stopped);

  const auto id = std::to_string(started->id);
  EXPECT_TRUE(logs({{"message", "request"}, {"request_id", "start-1"}, {"meeting_id", id}}));
  EXPECT_TRUE(logs({{"message", "launch"}, {"request_id", "start-1"}, {"meeting_id", id}}));
  EXPECT_TRUE(logs({{"message", "request"}, {"request_id", "stop-1"}, {"meeting_id", id}}));
  EXPECT_TRUE(logs({{"message", "bot"},
                    {"to", "stopping"},
                    {"source", "user"},
                    {"request_id", "stop-1"},
                    {"meeting_id", id}}));
  EXPECT_TRUE(logs({{"message", "webhook"}, {"request_id", "stop-1"}, {"meeting_id", id}}));
  // A bot's own reports are requests of its own, about the same meeting.
  EXPECT_TRUE(logs({{"message", "bot"}, {"to", "active"}, {"meeting_id", id}}));
}

TEST_F(ServerLog, NamesTheMeetingOfABotThatWasKilled) {
  const auto user = server_.user(account_.key);
  const auto bot = start_bot(user, "k");
  ASSERT_TRUE(reaches(user, "k", "active"));
  const auto bots = children_of(server_.pid());
  ASSERT_EQ(bots.size(), 1u);

  ASSERT_EQ(::kill(bots.front(), SIGKILL), 0);

  EXPECT_TRUE(logs({{"message", "bot"},
                    {"level", "warning"},
                    {"to", "failed"},
                    {"reason", "bot_killed_signal_9"},
                    {"meeting_id", std::to_string(bot.id)}}));
}

TEST_F(ServerLog, TakesNoIdThatWouldForgeALine) {
  const auto refused =
      server_.admin().run(client::GetUser{.id = 999}, {.request_id = "x\" level=\"error"});
  ASSERT_FALSE(refused);
  ASSERT_TRUE(logs({{"message", "request"}, {"status", "404"}}));
  const auto requests = lines({{"message", "request"}, {"status", "404"}});
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_THAT(requests.front()["request_id"].get<std::string>(),
              testing::Not(testing::HasSubstr("level")));
}

}  // namespace
}  // namespace bot::e2e
