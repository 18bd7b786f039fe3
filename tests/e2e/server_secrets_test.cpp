// A whole scenario, and no key, token or secret where it must not be.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "client/http/web_socket.hpp"
#include "client/ops/all.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/fakes/client/loopback_server.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {
namespace {

struct Secret {
  std::string name;
  std::string value;
};

std::string of_process(pid_t pid, const std::string& what) {
  return read_file("/proc/" + std::to_string(pid) + "/" + what);
}

class Secrets : public testing::TestWithParam<std::string> {
 protected:
  // Keys in every place where clients put them, right and wrong ones.
  void use_keys_everywhere(const Botd& server, const std::string& key) {
    for (const auto& target : {"/bots?api_key=" + key,
                               "/ws?api_key=" + key,
                               "/meetings?token=" + key,
                               "/bots/internal/callback/" + callback_secret_ + "/nonsense",
                               "/bots//internal/callback/" + callback_secret_,
                               "/bots/internal/callback/" + callback_secret_ + "%2Fexited"}) {
      http::RawClient connection(server.port());
      EXPECT_TRUE(connection.exchange("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }
    http::RawClient connection(server.port());
    const std::string broken = R"({"platform":")" + key + R"(","native_meeting_id":")";
    EXPECT_TRUE(connection.exchange("POST /bots HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + key +
                                    "\r\nAuthorization: Bearer " + key + "\r\nCookie: key=" + key +
                                    "\r\nContent-Length: " + std::to_string(broken.size()) +
                                    "\r\n\r\n" + broken));
    const auto socket = client::WebSocket::connect(
        server.url(), "/ws?api_key=" + key, {}, std::chrono::seconds{10});
    EXPECT_TRUE(socket) << socket.error().message;
  }

  std::string take_callback_secret(pid_t bot) {
    for (const auto variable : split(environment_of_bot_, '\0')) {
      constexpr std::string_view prefix = "BOT_CONFIG=";
      if (!variable.starts_with(prefix)) continue;
      const auto config = nlohmann::json::parse(variable.substr(prefix.size()));
      return config.at("callbackSecret").get<std::string>();
    }
    ADD_FAILURE() << "bot " << bot << " has no BOT_CONFIG";
    return "";
  }

  void run_a_scenario() {
    Botd server(home_ / "data",
                {.flags = {"--bot-join-delay",
                           "100ms",
                           "--bot-segment-interval",
                           "100ms",
                           "--allow-private-targets",
                           "--log-level",
                           "debug",
                           "--log-format",
                           GetParam()}});
    const auto account = make_user(server, 2);
    const auto user = server.user(account.key);
    const auto hook = user.run(client::SetWebhook{.webhook_url = sink_.origin() + "/"});
    ASSERT_TRUE(hook);
    start_bot(user, "talkative");
    ASSERT_TRUE(reaches(user, "talkative", "active"));
    const auto bots = children_of(server.pid());
    ASSERT_EQ(bots.size(), 1U);
    environment_of_bot_ = of_process(bots[0], "environ");
    words_ = of_process(bots[0], "cmdline") + of_process(server.pid(), "cmdline");
    callback_secret_ = take_callback_secret(bots[0]);
    use_keys_everywhere(server, account.key);
    EXPECT_TRUE(user.run(client::ConfigureBot{"google_meet", "talkative", "de"}));
    EXPECT_TRUE(user.run(client::StopBot{"google_meet", "talkative"}));
    EXPECT_TRUE(reaches(user, "talkative", "completed"));
    const auto rotated =
        user.run(client::SetWebhook{.webhook_url = "http://127.0.0.1:1/", .rotate_secret = true});
    ASSERT_TRUE(rotated);
    start_bot(user, "untold");
    EXPECT_TRUE(reaches(user, "untold", "active"));
    metrics_ = server.admin().exchange({"GET", "/metrics"}, client::Access::none)->body;
    secrets_ = {{"admin key", admin_key()},
                {"user token", account.key},
                {"webhook secret", *hook->secret},
                {"rotated webhook secret", *rotated->secret},
                {"callback secret", callback_secret_}};
    data_dir_ = server.data_dir();
    EXPECT_EQ(server.terminate(), 0);
    log_ = server.log();
  }

  TempDir home_;
  client::LoopbackServer sink_;
  std::string data_dir_;
  std::string callback_secret_;
  std::string environment_of_bot_;
  std::string words_;
  std::string metrics_;
  std::string log_;
  std::vector<Secret> secrets_;
};

TEST_P(Secrets, StayOutOfLogsFilesEnvironmentsAndCommandLines) {
  run_a_scenario();
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_NE(log_.find("callback"), std::string::npos) << "the log holds what happened";
  EXPECT_NE(log_.find("api_key="), std::string::npos);
  const auto holds = [](const std::string& text, const Secret& secret) {
    EXPECT_GE(secret.value.size(), 20U) << secret.name;
    return text.find(secret.value) != std::string::npos;
  };
  for (const auto& secret : secrets_) {
    EXPECT_FALSE(holds(log_, secret)) << secret.name << " is in the log";
    EXPECT_FALSE(holds(words_, secret)) << secret.name << " is in a command line";
    EXPECT_FALSE(holds(metrics_, secret)) << secret.name << " is in the metrics";
    // A bot is given the right to call back for itself, and nothing else.
    const bool own = secret.name == "callback secret";
    EXPECT_EQ(holds(environment_of_bot_, secret), own) << secret.name;
    for (const auto& entry : std::filesystem::directory_iterator(data_dir_)) {
      const auto file = entry.path().filename().string();
      // What signs must be kept as it is; all else is stored as a digest.
      const bool signs = secret.name == "rotated webhook secret" || secret.name == "webhook secret";
      if (signs && file.starts_with("botd.db")) continue;
      EXPECT_FALSE(holds(read_file(entry.path().string()), secret))
          << secret.name << " is in " << file;
    }
  }
  EXPECT_EQ(metrics_.find('@'), std::string::npos) << "an e-mail address is in the metrics";
  EXPECT_EQ(metrics_.find("talkative"), std::string::npos) << "a meeting is in the metrics";
  EXPECT_EQ(environment_of_bot_.rfind("BOT_CONFIG=", 0), 0U);
  EXPECT_EQ(std::count(environment_of_bot_.begin(), environment_of_bot_.end(), '\0'), 1)
      << "the bot's environment is made of nothing but its configuration";
}

INSTANTIATE_TEST_SUITE_P(Logged, Secrets, testing::Values("text", "json"), [](const auto& tested) {
  return tested.param;
});

}  // namespace
}  // namespace bot::e2e
