// SIGTERM: what was taken is answered, what was promised is kept, bots are treated as told.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "client/ops/all.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {
namespace {

Words quick_bots(const std::string& on_shutdown) {
  return {"--bot-join-delay",
          "100ms",
          "--bot-heartbeat-interval",
          "200ms",
          "--bot-script",
          "stubborn=ignores-leave",
          "--on-shutdown",
          on_shutdown};
}

std::string request(const std::string& key, const std::string& native_id) {
  const std::string body =
      R"({"platform":"google_meet","native_meeting_id":")" + native_id + R"("})";
  return "POST /bots HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + key +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

// Creates bots one after another on one connection until the server says no or is gone.
class Stream {
 public:
  Stream(std::uint16_t port, const Account& account, std::string prefix)
      : thread_([this, port, &account, prefix = std::move(prefix)] {
          run(port, account.key, prefix);
        }) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { join(); }

  void join() {
    if (thread_.joinable()) thread_.join();
  }
  int created() const { return created_; }
  int odd() const { return odd_; }

 private:
  void run(std::uint16_t port, const std::string& key, const std::string& prefix) {
    http::RawClient connection(port);
    for (int i = 0;; ++i) {
      const auto reply = connection.exchange(request(key, prefix + std::to_string(i)));
      if (!reply) return;
      if (reply->status == 201) {
        ++created_;
        continue;
      }
      const auto detail = nlohmann::json::parse(reply->body, nullptr, false);
      if (reply->status != 503 || !detail.contains("detail")) ++odd_;
      return;
    }
  }

  std::atomic<int> created_{0};
  std::atomic<int> odd_{0};
  std::thread thread_;
};

class Shutdown : public testing::Test {
 protected:
  std::string data_dir() const { return home_ / "data"; }

  TempDir home_;
};

TEST_F(Shutdown, DuringRequestsLosesNothingAndDoesNothingUnanswered) {
  const Words parked = {"--runtime", "simulated", "--bot-start-delay", "1h"};
  constexpr int streams = 32;
  Account account;
  int created = 0;
  {
    Botd server(data_dir(), {.flags = parked});
    account = make_user(server, 1'000'000);
    std::vector<std::unique_ptr<Stream>> all;
    for (int i = 0; i < streams; ++i) {
      all.push_back(
          std::make_unique<Stream>(server.port(), account, "stream-" + std::to_string(i) + "-"));
    }
    const auto busy = [&] {
      return std::all_of(
          all.begin(), all.end(), [](const auto& stream) { return stream->created() > 0; });
    };
    ASSERT_TRUE(eventually(busy));
    EXPECT_EQ(server.terminate(), 0) << server.log();
    for (auto& stream : all) {
      stream->join();
      EXPECT_EQ(stream->odd(), 0);
      created += stream->created();
    }
  }
  const Botd next(data_dir(), {.flags = parked});
  EXPECT_EQ(std::ssize(meetings_of(next.user(account.key))), created)
      << "a promise was lost, or a bot was made of which nobody was told";
}

TEST_F(Shutdown, AnswersARequestWhoseBodyIsOnItsWay) {
  Botd server(data_dir(), {.flags = {"--runtime", "simulated"}});
  const auto account = make_user(server, 1);
  const auto text = request(account.key, "half");
  http::RawClient connection(server.port());
  // The first exchange shows that the connection is taken up.
  ASSERT_TRUE(connection.exchange("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  ASSERT_TRUE(connection.send(text.substr(0, text.size() - 5)));
  // Answered after those bytes were sent, so that they have been read or will be first.
  ASSERT_TRUE(server.admin().run(client::ListUsers{}));

  server.signal(SIGTERM);
  ASSERT_TRUE(eventually([&] { return server.log().find("shutting down") != std::string::npos; }));
  const auto reply = connection.exchange(text.substr(text.size() - 5));

  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 503);
  EXPECT_NE(reply->body.find("shutting down"), std::string::npos) << reply->body;
  EXPECT_FALSE(reply->header("Retry-After").empty());
  EXPECT_EQ(server.wait(), 0);
}

TEST_F(Shutdown, LeavesBotsRunningAndTheNextServerTakesThemBack) {
  Botd server(data_dir(), {.flags = quick_bots("leave")});
  const auto account = make_user(server, 2);
  for (const auto* id : {"first", "second"}) {
    start_bot(server.user(account.key), id);
    ASSERT_TRUE(reaches(server.user(account.key), id, "active"));
  }
  const auto bots = children_of(server.pid());
  ASSERT_EQ(bots.size(), 2U);
  const auto address = server.address();
  EXPECT_EQ(server.terminate(), 0) << server.log();
  EXPECT_EQ(children_of(::getpid()), bots);

  const Botd next(data_dir(), {.flags = quick_bots("leave"), .listen = address});
  const auto user = next.user(account.key);
  EXPECT_EQ(running_bots(user).size(), 2U);
  EXPECT_TRUE(children_of(next.pid()).empty());
  EXPECT_TRUE(std::all_of(bots.begin(), bots.end(), is_running));
  for (const auto* id : {"first", "second"}) {
    EXPECT_TRUE(user.run(client::StopBot{"google_meet", id}));
    EXPECT_TRUE(reaches(user, id, "completed"));
  }
  EXPECT_TRUE(eventually([&] { return std::none_of(bots.begin(), bots.end(), is_running); }));
}

TEST_F(Shutdown, StopsBotsWhenToldToAndCompletesTheirRows) {
  Account account;
  {
    Botd server(data_dir(), {.flags = quick_bots("stop")});
    account = make_user(server, 3);
    const auto user = server.user(account.key);
    for (const auto* id : {"first", "second", "stubborn"}) {
      start_bot(user, id);
      ASSERT_TRUE(reaches(user, id, "active"));
    }
    ASSERT_EQ(children_of(server.pid()).size(), 3U);
    EXPECT_EQ(server.terminate(), 0) << server.log();
    EXPECT_TRUE(children_of(::getpid()).empty()) << "a bot outlived it";
  }
  const Botd next(data_dir(), {.flags = quick_bots("stop")});
  const auto user = next.user(account.key);
  for (const auto* id : {"first", "second", "stubborn"}) {
    EXPECT_EQ(meeting(user, id).status, "completed") << id;
    EXPECT_EQ(data_text(meeting(user, id), "completion_reason"), "stopped") << id;
  }
  EXPECT_TRUE(running_bots(user).empty());
}

TEST_F(Shutdown, RemovesItsEndpointFile) {
  Botd server(data_dir(), {.flags = {"--runtime", "simulated"}});
  EXPECT_EQ(read_file(data_dir() + "/endpoint"), server.url() + "\n");
  EXPECT_EQ(server.terminate(), 0);
  EXPECT_EQ(::access((data_dir() + "/endpoint").c_str(), F_OK), -1);
}

TEST_F(Shutdown, BySigintIsTheSame) {
  Botd server(data_dir(), {.flags = {"--runtime", "simulated"}});
  server.signal(SIGINT);
  EXPECT_EQ(server.wait(), 0);
}

TEST_F(Shutdown, SighupWithoutTlsEndsNothing) {
  Botd server(data_dir(), {.flags = {"--runtime", "simulated"}});
  server.signal(SIGHUP);
  EXPECT_TRUE(eventually(
      [&] { return server.log().find("SIGHUP: nothing to reload") != std::string::npos; }));
  EXPECT_TRUE(server.admin().run(client::GetHealth{}));
  EXPECT_EQ(server.terminate(), 0);
}

TEST_F(Shutdown, ASecondServerOnTheSameDirectoryIsRefused) {
  const Botd server(data_dir(), {.flags = {"--runtime", "simulated"}});
  const auto second =
      run(botd_program(), {"serve", "--data-dir", data_dir(), "--listen", "127.0.0.1:0"});
  EXPECT_EQ(second.code, 6);
  EXPECT_EQ(second.err,
            "botd: another botd serves from " + data_dir() +
                "\nhint: stop it, or choose another directory with --data-dir\n");
  EXPECT_EQ(read_file(data_dir() + "/endpoint"), server.url() + "\n") << "the first goes on";
  EXPECT_TRUE(server.admin().run(client::GetHealth{}));
}

TEST_F(Shutdown, ASecondServerOnTheSamePortIsRefused) {
  const Botd server(data_dir(), {.flags = {"--runtime", "simulated"}});
  const auto second =
      run(botd_program(), {"serve", "--data-dir", home_ / "other", "--listen", server.address()});
  EXPECT_EQ(second.code, 1);
  EXPECT_EQ(second.err.rfind("botd: --listen: cannot listen on " + server.address() + ": ", 0), 0U)
      << second.err;
  EXPECT_NE(second.err.find("another process has this port"), std::string::npos) << second.err;
  EXPECT_EQ(::access((home_ / "other/endpoint").c_str(), F_OK), -1);
  EXPECT_TRUE(server.admin().run(client::GetHealth{}));
  const auto admins = run(botd_program(),
                          {"serve",
                           "--data-dir",
                           home_ / "other",
                           "--listen",
                           "127.0.0.1:0",
                           "--admin-listen",
                           server.address()});
  EXPECT_EQ(admins.code, 1);
  EXPECT_EQ(admins.err.rfind("botd: --admin-listen: cannot listen on " + server.address(), 0), 0U)
      << admins.err;
}

}  // namespace
}  // namespace bot::e2e
