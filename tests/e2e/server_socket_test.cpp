// /ws of the real server: live states and speech, for those who may hear them.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <set>

#include "client/http/web_socket.hpp"
#include "client/ops/all.hpp"
#include "drivers/sqlite/connection.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

std::string subscription(const std::string& native_id) {
  return R"({"action":"subscribe","meetings":[{"platform":"google_meet","native_id":")" +
         native_id + R"("}]})";
}

class Socket : public testing::Test {
 protected:
  Socket() : account_(make_user(server_, 2)), user_(server_.user(account_.key)) {}

  Result<std::unique_ptr<client::WebSocket>> open(const std::string& key) const {
    return client::WebSocket::connect(
        server_.url(), "/ws", {{"X-API-Key", key}}, std::chrono::seconds{10});
  }

  // The next frame that is so; an empty object when none comes.
  template <typename Predicate>
  static json next_frame(client::WebSocket& socket, Predicate is_wanted) {
    const auto end = steady_clock::now() + usual_patience;
    while (steady_clock::now() < end) {
      const auto text = socket.receive(std::chrono::seconds{1});
      if (!text && text.error().code == Errc::timeout) continue;
      if (!text || !*text) break;
      auto frame = json::parse(**text);
      if (is_wanted(frame)) return frame;
    }
    return json::object();
  }
  static json next_of_type(client::WebSocket& socket, const std::string& type) {
    return next_frame(socket, [&](const json& frame) { return frame.at("type") == type; });
  }
  static bool hears_status(client::WebSocket& socket, const std::string& status) {
    return !next_frame(socket, [&](const json& frame) {
              return frame.at("type") == "meeting.status" &&
                     frame.at("payload").at("status") == status;
            }).empty();
  }

  TempDir home_;
  Botd server_{home_ / "data",
               {.flags = {"--bot-start-delay",
                          "300ms",
                          "--bot-join-delay",
                          "200ms",
                          "--bot-segment-interval",
                          "100ms"}}};
  Account account_;
  client::Client user_;
};

TEST_F(Socket, ShowsStatesAndSpeechOfASubscribedMeetingAsTheyCome) {
  start_bot(user_, "watched");
  const auto socket = open(account_.key);
  ASSERT_TRUE(socket) << socket.error().message;
  ASSERT_TRUE((*socket)->send(subscription("watched")));
  const auto subscribed = next_of_type(**socket, "subscribed");
  EXPECT_EQ(subscribed.value("meetings", json()),
            json::parse(R"([{"platform":"google_meet","native_id":"watched"}])"));

  EXPECT_TRUE(hears_status(**socket, "active"));
  const auto spoken = next_of_type(**socket, "transcript.mutable");
  ASSERT_FALSE(spoken.empty());
  EXPECT_EQ(spoken.at("meeting").at("native_id"), "watched");
  const auto segment = spoken.at("payload").at("segments").at(0);
  EXPECT_NE(segment.at("text"), "");
  const auto transcript = user_.run(client::GetTranscript{"google_meet", "watched"});
  ASSERT_TRUE(transcript);
  EXPECT_TRUE(std::any_of(transcript->segments.begin(),
                          transcript->segments.end(),
                          [&](const auto& kept) { return kept.text == segment.at("text"); }))
      << "what was shown live is not stored";

  ASSERT_TRUE(user_.run(client::StopBot{"google_meet", "watched"}));
  EXPECT_TRUE(hears_status(**socket, "stopping"));
  EXPECT_TRUE(hears_status(**socket, "completed"));
  (*socket)->close(std::chrono::seconds{5});
}

TEST_F(Socket, RefusesAWrongKeyBeforeAnyUpgrade) {
  const std::string upgrade =
      "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  for (const auto& key :
       {std::string(), std::string("X-API-Key: wrong\r\n"), "X-API-Key: " + admin_key() + "\r\n"}) {
    http::RawClient connection(server_.port());
    const auto reply = connection.exchange(upgrade + key + "\r\n");
    ASSERT_TRUE(reply) << key;
    EXPECT_EQ(reply->status, 401);
    EXPECT_TRUE(json::parse(reply->body).at("detail").is_string());
  }
  const auto refused = open("wrong");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().http_status, 401);
}

TEST_F(Socket, ShowsNobodyElsesMeetings) {
  start_bot(user_, "private");
  const auto stranger = make_user(server_, 1);
  const auto socket = open(stranger.key);
  ASSERT_TRUE(socket) << socket.error().message;
  ASSERT_TRUE((*socket)->send(subscription("private")));
  const auto error = next_of_type(**socket, "error");
  EXPECT_EQ(error.value("error", ""), "invalid_subscribe_payload");
  EXPECT_EQ(next_of_type(**socket, "subscribed").value("meetings", json()), json::array());
  // A meeting of its own in the same place: still only its own is shown.
  start_bot(server_.user(stranger.key), "private");
  ASSERT_TRUE((*socket)->send(subscription("private")));
  EXPECT_EQ(next_of_type(**socket, "subscribed").at("meetings").size(), 1U);
  ASSERT_TRUE(user_.run(client::StopBot{"google_meet", "private"}));
  ASSERT_TRUE(reaches(user_, "private", "completed"));
  ASSERT_TRUE(reaches(server_.user(stranger.key), "private", "active"));
  std::set<std::string> seen;
  EXPECT_FALSE(next_frame(**socket, [&](const json& frame) {
                 if (frame.at("type") != "meeting.status") return false;
                 seen.insert(frame.at("payload").at("status"));
                 return seen.contains("active");
               }).empty());
  EXPECT_FALSE(seen.contains("completed"));
}

TEST_F(Socket, AnswersNonsenseAndGoesOn) {
  const auto socket = open(account_.key);
  ASSERT_TRUE(socket) << socket.error().message;
  for (const auto* nonsense : {"",
                               "{",
                               "[]",
                               "5",
                               "null",
                               R"({"action":5})",
                               R"({"action":"subscribe"})",
                               R"({"action":"subscribe","meetings":[]})",
                               R"({"action":"subscribe","meetings":[null,5,{"platform":[]}]})",
                               R"({"action":"unsubscribe","meetings":{}})"}) {
    ASSERT_TRUE((*socket)->send(nonsense));
    EXPECT_FALSE(next_of_type(**socket, "error").empty()) << nonsense;
  }
  ASSERT_TRUE((*socket)->send(R"({"action":"ping"})"));
  EXPECT_FALSE(next_of_type(**socket, "pong").empty());
}

// So much has happened to a job of that user, a while ago; the number of the last event.
std::int64_t make_history(const Botd& server, const client::Client& user, std::int64_t count) {
  const auto made = user.run(client::CreateAccounts{});
  EXPECT_TRUE(made) << made.error().message;
  if (!made) return 0;
  EXPECT_TRUE(eventually([&] {
    const auto job = user.run(client::GetJob{.id = made->job.id});
    return job && job->job.status == "completed";
  }));
  sql::SqliteConnection connection({.path = server.data_dir() + "/botd.db"});
  connection.query(
      "INSERT INTO job_events (job_id, event, at, data)"
      " WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $2)"
      " SELECT job_id, event, at - 60000, json_set(data, '$.error', $3) FROM numbers,"
      " (SELECT * FROM job_events WHERE job_id = $1 ORDER BY id LIMIT 1)",
      {made->job.id, count, std::string(500, 'e')});
  const auto newest = connection.query("SELECT MAX(id) FROM job_events");
  return newest[0].integer(std::size_t{0});
}

TEST_F(Socket, GivesASlowReaderALongHistoryOfJobsInOrderInsteadOfClosing) {
  const auto newest = make_history(server_, user_, 20'000);
  ASSERT_GT(newest, 20'000);
  const auto slow = open(account_.key);
  const auto quick = open(account_.key);
  ASSERT_TRUE(slow && quick);
  const auto reads_all = [&](client::WebSocket& socket) {
    std::int64_t last = 0;
    while (last < newest) {
      const auto frame = next_of_type(socket, "job_update");
      if (frame.empty() || frame.at("data").at("seq") != last + 1) break;
      ++last;
    }
    return last;
  };

  ASSERT_TRUE((*slow)->send(R"({"action":"subscribe_jobs","since":0})"));
  ASSERT_TRUE((*quick)->send(R"({"action":"subscribe_jobs","since":0})"));
  // Whoever is told all of it in time is told by the same hand.
  EXPECT_EQ(reads_all(**quick), newest);
  EXPECT_EQ(reads_all(**slow), newest) << "closed with " << (*slow)->close_code();
}

TEST_F(Socket, IsClosedWithAReasonWhenTheServerGoes) {
  const auto socket = open(account_.key);
  ASSERT_TRUE(socket) << socket.error().message;
  server_.signal(SIGTERM);
  const auto end = (*socket)->receive(usual_patience);
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_FALSE(*end);
  EXPECT_EQ((*socket)->close_code(), 1001);
  EXPECT_EQ(server_.wait(), 0);
}

}  // namespace
}  // namespace bot::e2e
