// What bots write to Redis's streams, as a stranger sees it: the original bots know nothing of us.
// The engines are those of tests/with_engines.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "base/fault.hpp"
#include "base/text.hpp"
#include "base/time_format.hpp"
#include "client/http/web_socket.hpp"
#include "client/ops/all.hpp"
#include "drivers/redis/connection.hpp"
#include "tests/e2e/own_redis.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/fakes/drivers/postgres_schema.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {
namespace {

using nlohmann::json;

// Streams have fixed names: each test has a database of Redis to itself.
std::string redis_url(int database) {
  const char* url = std::getenv("BOTD_TEST_REDIS_URL");
  if (url == nullptr)
    throw std::runtime_error("BOTD_TEST_REDIS_URL is not set: run ./dev test --engines");
  const std::string text = url;
  return text.substr(0, text.rfind('/') + 1) + std::to_string(database);
}

class StreamsTest : public testing::Test {
 protected:
  StreamsTest() : StreamsTest(redis_url(1)) {}
  explicit StreamsTest(std::string url) : url_(std::move(url)) {
    connect();
    redis_->run({"FLUSHDB"});
  }

  // Also to a Redis that is just starting.
  void connect() {
    ASSERT_TRUE(eventually([this] {
      try {
        redis_.emplace(redis::Options{.address = redis::parse_url(url_).value()});
        redis_->run({"PING"});
        return true;
      } catch (const Unavailable&) {
        return false;
      }
    }));
  }

  std::unique_ptr<Botd> serve(const std::string& name) { return serve(name, url_); }
  std::unique_ptr<Botd> serve(const std::string& name, const std::string& redis_url) {
    return std::make_unique<Botd>(folder_ / name,
                                  BotdOptions{.flags = {"--database-url",
                                                        schema_.url(),
                                                        "--bot-join-delay",
                                                        "20ms",
                                                        "--bot-segment-interval",
                                                        "1h"},
                                              .variables = {{"BOTD_REDIS_URL", redis_url}}});
  }
  // The secret of the only bot that these servers run, as that bot is told it.
  static std::string token_of_bot(const std::vector<const Botd*>& servers) {
    for (const auto* server : servers) {
      for (const auto pid : children_of(server->pid())) {
        const auto variables = read_file("/proc/" + std::to_string(pid) + "/environ");
        const std::string name = "BOT_CONFIG=";
        const auto at = variables.find(name);
        if (at == variables.npos) continue;
        const auto config = json::parse(variables.substr(at + name.size()).c_str());
        return config.at("callbackSecret").get<std::string>();
      }
    }
    ADD_FAILURE() << "no bot is running";
    return "";
  }
  void add_speech(json payload, const std::string& token) {
    payload.update(
        {{"token", token}, {"platform", "google_meet"}, {"meeting_id", "a"}, {"uid", "speech-1"}});
    redis_->run({"XADD", "transcription_segments", "*", "payload", payload.dump()});
  }
  void add_speaker(const std::string& token, const std::string& type, const std::string& at_ms) {
    redis_->run({"XADD",
                 "speaker_events_relative",
                 "*",
                 "uid",
                 "speech-1",
                 "relative_client_timestamp_ms",
                 at_ms,
                 "event_type",
                 type,
                 "participant_name",
                 "Ann Example",
                 "participant_id_meet",
                 "spaces/x/devices/1",
                 "token",
                 token,
                 "platform",
                 "google_meet",
                 "meeting_id",
                 "a"});
  }
  static std::vector<types::Segment> transcript(const client::Client& user) {
    const auto found =
        user.run(client::GetTranscript{.platform = "google_meet", .native_meeting_id = "a"});
    return found ? found->segments : std::vector<types::Segment>{};
  }
  std::int64_t left_in(const std::string& stream) { return redis_->run({"XLEN", stream}).integer; }

  TempDir folder_;
  sql::PostgresSchema schema_;
  const std::string url_;
  std::optional<redis::Connection> redis_;
};

TEST_F(StreamsTest, AnOriginalBotsWordsAppearInTheTranscriptWithWhoSaidThem) {
  const auto server = serve("one");
  const auto account = make_user(*server, 1);
  const auto user = server->user(account.key);
  start_bot(user, "a");
  ASSERT_TRUE(reaches(user, "a", "active"));
  const auto token = token_of_bot({server.get()});
  const auto begun = format_time(SystemClock().now_ms());

  add_speech({{"type", "session_start"}, {"start_timestamp", begun}}, token);
  add_speaker(token, "SPEAKER_START", "1000");
  add_speech(
      {{"type", "transcription"},
       {"segments",
        {{{"start", "1.500"}, {"end", "3.250"}, {"text", "hello world"}, {"language", "en"}}}}},
      token);
  add_speech({{"type", "transcription"},
              {"segments", {{{"start", 1}, {"end", 2}, {"text", "a stranger's"}}}}},
             "not-the-token-of-any-session");
  add_speaker(token, "SPEAKER_END", "3300");

  ASSERT_TRUE(eventually([&] {
    const auto said = transcript(user);
    return said.size() == 1 && said[0].speaker == "Ann Example";
  }));
  const auto said = transcript(user).at(0);
  EXPECT_EQ(said.text, "hello world");
  EXPECT_EQ(said.start, 1.5);
  EXPECT_EQ(said.language, "en");
  EXPECT_EQ(parse_time(said.absolute_start_time.value_or("")), *parse_time(begun) + 1500);
  EXPECT_TRUE(eventually([&] {
    return left_in("transcription_segments") == 0 && left_in("speaker_events_relative") == 0;
  }));
  EXPECT_TRUE(eventually(
      [&] { return server->log().find("its token is that of no session") != std::string::npos; }));
  EXPECT_EQ(server->log().find(token), std::string::npos);
  EXPECT_EQ(server->log().find("not-the-token"), std::string::npos);
}

// PostgreSQL takes neither a NUL nor a byte that is no UTF-8 in a text.
TEST_F(StreamsTest, ATokenThatNoDatabaseTakesHoldsNothingUp) {
  const auto server = serve("one");
  const auto account = make_user(*server, 1);
  const auto user = server->user(account.key);
  start_bot(user, "a");
  ASSERT_TRUE(reaches(user, "a", "active"));
  const auto token = token_of_bot({server.get()});
  const auto rest = std::string(65, 'a');

  add_speech({{"segments", json::array()}}, std::string(1, '\0') + rest);
  add_speaker("\xff" + rest, "SPEAKER_START", "0");
  add_speaker(token, "SPEAKER_START", "0");
  add_speech({{"segments", {{{"start", 1}, {"end", 2}, {"text", "after it"}}}}}, token);

  EXPECT_TRUE(eventually([&] {
    const auto said = transcript(user);
    return said.size() == 1 && said[0].speaker == "Ann Example";
  }));
  EXPECT_TRUE(eventually([&] {
    return left_in("transcription_segments") == 0 && left_in("speaker_events_relative") == 0;
  }));
  http::RawClient connection(server->port());
  const auto answer = connection.exchange(
      "POST /bots/internal/callback/%00" + rest +
      "/exited HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\n\r\n{}");
  EXPECT_EQ(answer->status, 404) << answer->body;
}

class StreamsOfTwo : public StreamsTest {
 protected:
  StreamsOfTwo() : StreamsTest(redis_url(2)) {}
};

TEST_F(StreamsOfTwo, WithOneServerKilledInTheMiddleEachSegmentIsThereOnce) {
  constexpr int segments = 400;
  auto one = serve("one");
  const auto two = serve("two");
  const auto account = make_user(*two, 1);
  const auto user = two->user(account.key);
  start_bot(user, "a");
  ASSERT_TRUE(reaches(user, "a", "active"));
  const auto token = token_of_bot({one.get(), two.get()});

  for (int i = 0; i < segments; ++i) {
    add_speech({{"type", "transcription"},
                {"segments",
                 {{{"start", i}, {"end", i + 0.5}, {"text", "segment " + std::to_string(i)}}}}},
               token);
    if (i == segments / 2) one->crash();
  }

  // What the dead one had taken comes after some seconds.
  ASSERT_TRUE(eventually([&] { return left_in("transcription_segments") == 0; }, Millis{40'000}))
      << left_in("transcription_segments") << " entries are left\n"
      << two->log();
  const auto said = transcript(user);
  std::set<std::string> texts;
  for (const auto& segment : said)
    texts.insert(segment.text);
  EXPECT_EQ(said.size(), static_cast<std::size_t>(segments));
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(segments));
}

struct RedisOfItsOwn {
  TempDir redis_folder_;
  OwnRedis server_{redis_folder_.path()};
};

// What is published is heard in all databases of a Redis.
class StreamsAndSockets : public RedisOfItsOwn, public StreamsTest {
 protected:
  StreamsAndSockets() : StreamsTest(server_.url()) {}

  static std::unique_ptr<client::WebSocket> watch(const Botd& server, const std::string& key) {
    auto socket = client::WebSocket::connect(
        server.url(), "/ws", {{"X-API-Key", key}}, std::chrono::seconds{10});
    EXPECT_TRUE(socket) << socket.error().message;
    EXPECT_TRUE((*socket)->send(
        R"({"action":"subscribe","meetings":[{"platform":"google_meet","native_id":"a"}]})"));
    EXPECT_EQ(next(**socket, "subscribed").at("meetings").size(), 1u);
    return *std::move(socket);
  }
  // An empty object when none of that type comes.
  static json next(client::WebSocket& socket, const std::string& type) {
    auto frame = json::object();
    const auto came = eventually([&] {
      const auto text = socket.receive(std::chrono::seconds{1});
      if (text && *text) frame = json::parse(**text);
      return frame.value("type", "") == type;
    });
    return came ? frame : json::object();
  }
};

TEST_F(StreamsAndSockets, WhoeverConsumesAnEntryTheSubscribersOfAllServersAreTold) {
  const auto one = serve("one");
  const auto two = serve("two");
  const auto account = make_user(*one, 1);
  const auto user = one->user(account.key);
  start_bot(user, "a");
  ASSERT_TRUE(reaches(user, "a", "active"));
  const auto token = token_of_bot({one.get(), two.get()});
  const auto at_one = watch(*one, account.key);
  const auto at_two = watch(*two, account.key);

  for (const auto* text : {"first", "second", "third"}) {
    add_speech({{"segments", {{{"start", 1}, {"end", 2}, {"text", text}}}}}, token);
    for (auto* socket : {at_one.get(), at_two.get()}) {
      const auto frame = next(*socket, "transcript.mutable");
      ASSERT_FALSE(frame.empty()) << text;
      EXPECT_EQ(frame.at("payload").at("segments").at(0).at("text"), text);
    }
  }
}

class StreamsOfARedis : public RedisOfItsOwn, public StreamsTest {
 protected:
  StreamsOfARedis() : StreamsTest(server_.url()) {}

  void add_segments(const std::string& token, int first, int last) {
    for (int i = first; i < last; ++i) {
      const json segment{{"start", i}, {"end", i + 0.5}, {"text", std::to_string(i)}};
      add_speech({{"segments", json::array({segment})}}, token);
    }
  }
  // Those of first … last - 1 that are there, each once.
  static int stored(const client::Client& user, int first, int last) {
    std::set<int> numbers;
    for (const auto& segment : transcript(user)) {
      const auto number = std::stoi(segment.text);
      EXPECT_TRUE(numbers.insert(number).second) << number;
    }
    return static_cast<int>(std::count_if(numbers.begin(), numbers.end(), [&](int number) {
      return number >= first && number < last;
    }));
  }
  static json ready(const Botd& server) {
    http::RawClient connection(server.port());
    return json::parse(connection.exchange("GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n")->body);
  }
};

TEST_F(StreamsOfARedis, ThatIsKilledAndFlushedWhileEntriesComeTheRestIsConsumed) {
  const auto server = serve("one");
  const auto account = make_user(*server, 1);
  const auto user = server->user(account.key);
  start_bot(user, "a");
  ASSERT_TRUE(reaches(user, "a", "active"));
  const auto token = token_of_bot({server.get()});

  add_segments(token, 0, 200);
  server_.stop();
  server_.start();
  connect();
  add_segments(token, 200, 300);
  EXPECT_TRUE(eventually([&] { return stored(user, 0, 300) == 300; }, Millis{40'000}))
      << stored(user, 0, 300);

  // What was not stored yet may be lost, as the documentation says.
  add_segments(token, 300, 400);
  redis_->run({"FLUSHALL"});
  add_segments(token, 400, 500);
  EXPECT_TRUE(eventually([&] { return stored(user, 400, 500) == 100; })) << stored(user, 400, 500);
  EXPECT_EQ(stored(user, 0, 300), 300);
  EXPECT_TRUE(eventually([&] { return ready(*server).at("status") == "ready"; })) << ready(*server);
}

TEST_F(StreamsOfARedis, TheRightsThatTheDocumentationNamesAreEnough) {
  const auto documentation = read_file("docs/engines.md");
  const auto begin = documentation.find("ACL SETUSER botd");
  const auto line = documentation.substr(begin, documentation.find('\n', begin) - begin);
  redis::Command command;
  for (const auto word : split(line, ' '))
    command.emplace_back(word);
  ASSERT_GT(command.size(), 10u);
  redis_->run(command);
  const auto scheme = std::string("redis://");
  const auto server = serve("one", scheme + "botd:PASSWORD@" + url_.substr(scheme.size()));
  const auto account = make_user(*server, 1);
  const auto user = server->user(account.key);
  start_bot(user, "a");
  ASSERT_TRUE(reaches(user, "a", "active"));

  add_segments(token_of_bot({server.get()}), 0, 5);
  EXPECT_TRUE(eventually([&] { return stored(user, 0, 5) == 5; }));
  EXPECT_TRUE(user.run(client::StopBot{"google_meet", "a"}));
  EXPECT_TRUE(reaches(user, "a", "completed"));
  const auto told = [&] {
    http::RawClient connection(server->port());
    return connection.exchange("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")->body;
  };
  EXPECT_TRUE(
      eventually([&] { return told().find("botd_redis_connected 1\n") != std::string::npos; }));
  EXPECT_NE(told().find("botd_redis_messages_total{outcome=\"failed\"} 0\n"), std::string::npos)
      << told();
  EXPECT_EQ(ready(*server).at("status"), "ready") << ready(*server);
}

TEST_F(StreamsOfARedis, WhyAStreamIsNotReadIsSaid) {
  const auto server = serve("one");
  ASSERT_TRUE(eventually([&] { return ready(*server).at("status") == "ready"; }));
  redis_->run({"SET", "transcription_segments", "a text"});

  ASSERT_TRUE(eventually([&] { return ready(*server).at("status") == "degraded"; }));
  const auto problem = ready(*server).at("parts").at("streams").get<std::string>();
  EXPECT_TRUE(problem.starts_with("the stream transcription_segments is not read: Redis refused X"))
      << problem;
  EXPECT_TRUE(problem.ends_with(": WRONGTYPE")) << problem;
  redis_->run({"DEL", "transcription_segments"});
  EXPECT_TRUE(eventually([&] { return ready(*server).at("status") == "ready"; })) << ready(*server);
  const auto log = server->log();
  EXPECT_NE(log.find("a stream is not read"), std::string::npos);
  EXPECT_NE(log.find("a stream is read again"), std::string::npos);
}

}  // namespace
}  // namespace bot::e2e
