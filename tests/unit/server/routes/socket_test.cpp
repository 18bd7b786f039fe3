#include "server/routes/socket.hpp"

#include "tests/fakes/http/recording_peer.hpp"
#include "tests/unit/server/routes/api.hpp"

namespace bot::routes {
namespace {

using Frames = std::vector<std::string>;

// One connected client.
class Client {
 public:
  explicit Client(std::unique_ptr<http::WebSocketHandler> handler) : handler_(std::move(handler)) {
    handler_->on_open(peer_);
  }
  ~Client() { handler_->on_close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // What comes back to one message.
  Frames say(const std::string& text) {
    handler_->on_text(text);
    return peer_->take();
  }
  Frames take() { return peer_->take(); }
  const http::RecordingPeer& peer() const { return *peer_; }

 private:
  std::shared_ptr<http::RecordingPeer> peer_ = std::make_shared<http::RecordingPeer>();
  std::unique_ptr<http::WebSocketHandler> handler_;
};

class Socket : public Api {
 protected:
  Result<std::unique_ptr<http::WebSocketHandler>> accept(const Ask& ask) {
    return service_.sockets().accept(to_request(ask));
  }
  std::unique_ptr<Client> connect(const Customer& who) {
    auto accepted = accept({.target = "/ws", .user_key = who.key});
    EXPECT_TRUE(accepted);
    return std::make_unique<Client>(std::move(accepted).value());
  }
  static std::string subscribe(const std::string& id) {
    return R"({"action":"subscribe","meetings":[{"platform":"google_meet","native_id":")" + id +
           R"("}]})";
  }
  static std::string subscribed(const std::string& id) {
    return R"({"type":"subscribed","meetings":[{"platform":"google_meet","native_id":")" + id +
           R"("}]})";
  }
};

TEST_F(Socket, TakesTheKeyFromHeaderOrQuery) {
  EXPECT_TRUE(accept({.target = "/ws", .user_key = ann_.key}));
  EXPECT_TRUE(accept({.target = "/ws?api_key=" + ann_.key}));
}

TEST_F(Socket, RefusesWhoeverHasNoKeyAtOnce) {
  const auto missing = accept({.target = "/ws"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::unauthenticated);
  EXPECT_EQ(missing.error().message, "Missing API token (X-API-Key header)");
  for (const auto& ask : {Ask{.target = "/ws", .user_key = "wrong"},
                          Ask{.target = "/ws?api_key=wrong"},
                          Ask{.target = std::string("/ws?api_key=") + WholeService::admin_key}}) {
    const auto wrong = accept(ask);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, Errc::unauthenticated);
    EXPECT_EQ(wrong.error().message, "Invalid API token");
  }
  EXPECT_EQ(accept({.target = "/bots", .user_key = ann_.key}).error().code, Errc::not_found);
}

TEST_F(Socket, AnswersPings) {
  EXPECT_EQ(connect(ann_)->say(R"({"action":"ping"})"), Frames{R"({"type":"pong"})"});
}

TEST_F(Socket, SaysWhatIsWrongWithAMessage) {
  start("a");
  const auto client = connect(ann_);
  const auto subscribe_error = [](const std::string& details) {
    return R"({"type":"error","error":"invalid_subscribe_payload","details":)" + details + "}";
  };
  const std::string none = R"({"type":"subscribed","meetings":[]})";
  const std::vector<std::pair<std::string, Frames>> cases = {
      {"", {R"({"type":"error","error":"invalid_json"})"}},
      {"{", {R"({"type":"error","error":"invalid_json"})"}},
      {"[]", {R"({"type":"error","error":"unknown_action"})"}},
      {"null", {R"({"type":"error","error":"unknown_action"})"}},
      {"{}", {R"({"type":"error","error":"unknown_action"})"}},
      {R"({"action":5})", {R"({"type":"error","error":"unknown_action"})"}},
      {R"({"action":"dance"})", {R"({"type":"error","error":"unknown_action"})"}},
      {R"({"action":"subscribe"})", {subscribe_error(R"("'meetings' must be a non-empty list")")}},
      {R"({"action":"subscribe","meetings":{}})",
       {subscribe_error(R"("'meetings' must be a non-empty list")")}},
      {R"({"action":"subscribe","meetings":[]})",
       {subscribe_error(R"("'meetings' list cannot be empty")")}},
      {R"({"action":"subscribe","meetings":[5]})",
       {subscribe_error(R"(["meetings[0] must be an object"])"), none}},
      {R"({"action":"subscribe","meetings":[{"platform":"zoom"}]})",
       {subscribe_error(R"(["meetings[0] missing 'platform' or 'native_id'"])"), none}},
      {R"({"action":"subscribe","meetings":[{"platform":"webex","native_id":"a"}]})",
       {subscribe_error(R"(["meetings[0] invalid native_meeting_id for platform 'webex'"])"),
        none}},
      {R"({"action":"subscribe","meetings":[{"platform":"zoom","native_id":"a"},
          {"platform":"google_meet","native_id":"a"}]})",
       {subscribe_error(R"(["meetings[0] not authorized or not found for user"])"),
        subscribed("a")}},
      {R"({"action":"unsubscribe"})",
       {R"({"type":"error","error":"invalid_unsubscribe_payload",)"
        R"("details":"'meetings' must be a list"})"}},
      {R"({"action":"unsubscribe","meetings":[{"platform":"zoom","native_id":"a"}]})",
       {R"({"type":"error","error":"invalid_unsubscribe_payload",)"
        R"("details":["meetings[0] not currently subscribed"]})",
        R"({"type":"unsubscribed","meetings":[]})"}},
  };
  for (const auto& [said, expected] : cases)
    EXPECT_EQ(client->say(said), expected) << said;
}

TEST_F(Socket, RefusesAMessageThatIsNestedWithoutEnd) {
  constexpr std::size_t levels = 32'000;
  const auto nested = std::string(levels, '[') + std::string(levels, ']');
  EXPECT_EQ(connect(ann_)->say(R"({"action":)" + nested + "}"),
            Frames{R"({"type":"error","error":"invalid_json"})"});
}

TEST_F(Socket, TellsEachStateOfASubscribedMeeting) {
  const auto bot = launch("a");
  const auto client = connect(ann_);
  ASSERT_EQ(client->say(subscribe("a")), Frames{subscribed("a")});

  callback(bot, "status_change", R"({"status":"joining"})");

  const auto frames = client->take();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(
      frames[0],
      R"({"type":"meeting.status","meeting":{"platform":"google_meet","native_id":"a"},)"
      R"("payload":{"status":"starting","phase":"joining"},"ts":"2025-11-21T21:20:00.000Z"})");
  callback(bot, "status_change", R"({"status":"active"})");
  EXPECT_EQ(Json::parse(client->take().at(0))["payload"], Json({{"status", "active"}}));
}

TEST_F(Socket, TellsWhatIsSaid) {
  const auto bot = activate("a");
  const auto client = connect(ann_);
  client->say(subscribe("a"));

  callback(bot,
           "segments",
           R"({"segments":[{"start":1,"end":2,"text":"hi","language":"en","speaker":"Ann"},
               {"start":2,"end":3,"text":"ho"}]})");

  const auto frame = Json::parse(client->take().at(0));
  EXPECT_EQ(frame["type"], "transcript.mutable");
  ASSERT_EQ(frame["payload"]["segments"].size(), 2U);
  EXPECT_EQ(frame["payload"]["segments"][0],
            (Json{{"start", 1.0},
                  {"text", "hi"},
                  {"end_time", 2.0},
                  {"language", "en"},
                  {"updated_at", "2025-11-21T21:20:00.000Z"},
                  {"session_uid", bot.session_uid},
                  {"speaker", "Ann"},
                  {"speaker_mapping_status", "MAPPED"},
                  {"absolute_start_time", "2025-11-21T21:20:01.000Z"},
                  {"absolute_end_time", "2025-11-21T21:20:02.000Z"}}));
  EXPECT_EQ(frame["payload"]["segments"][1]["speaker"], nullptr);
  EXPECT_EQ(frame["payload"]["segments"][1]["speaker_mapping_status"], "UNKNOWN");
}

TEST_F(Socket, ShowsNobodyTheMeetingsOfOthers) {
  const auto bob = make_customer("bob@example.com");
  const auto bot = activate("a");
  as(bob, "POST", "/bots", R"({"platform":"google_meet","native_meeting_id":"a"})");
  const auto bobs = connect(bob);
  ASSERT_EQ(bobs->say(subscribe("a")), Frames{subscribed("a")});

  callback(bot, "exited", R"({"exit_code":0})");

  EXPECT_EQ(bobs->take(), Frames{});
}

TEST_F(Socket, TellsOnceHoweverOftenItIsSubscribed) {
  const auto bot = launch("a");
  const auto client = connect(ann_);
  client->say(subscribe("a"));
  EXPECT_EQ(client->say(subscribe("a")), Frames{subscribed("a")});

  callback(bot, "status_change", R"({"status":"joining"})");
  EXPECT_EQ(client->take().size(), 1U);
}

TEST_F(Socket, TellsNothingMoreOnceUnsubscribed) {
  const auto bot = launch("a");
  const auto client = connect(ann_);
  client->say(subscribe("a"));

  EXPECT_EQ(
      client->say(
          R"({"action":"unsubscribe","meetings":[{"platform":"google_meet","native_id":"a"}]})"),
      Frames{R"({"type":"unsubscribed","meetings":[{"platform":"google_meet","native_id":"a"}]})"});
  callback(bot, "status_change", R"({"status":"joining"})");
  EXPECT_EQ(client->take(), Frames{});
}

TEST_F(Socket, TellsNothingMoreOnceItsConnectionIsGone) {
  const auto bot = launch("a");
  auto accepted = accept({.target = "/ws", .user_key = ann_.key});
  auto handler = std::move(accepted).value();
  const auto peer = std::make_shared<http::RecordingPeer>();
  handler->on_open(peer);
  handler->on_text(subscribe("a"));
  peer->take();

  handler->on_close();
  callback(bot, "status_change", R"({"status":"joining"})");
  EXPECT_EQ(peer->take(), Frames{});
}

TEST_F(Socket, FollowsTheNextBotInTheSameMeeting) {
  const auto first = activate("a");
  const auto client = connect(ann_);
  client->say(subscribe("a"));
  callback(first, "exited", R"({"exit_code":0})");
  client->take();

  start("a");
  EXPECT_EQ(Json::parse(client->take().at(0))["payload"]["status"], "reserved");
}

TEST_F(Socket, AnswersAPingThatIsATypeWithTheTime) {
  EXPECT_EQ(connect(ann_)->say(R"({"type":"ping"})"),
            Frames{R"({"type":"pong","timestamp":1763760000000})"});
}

TEST_F(Socket, TellsOfTheUsersOwnJobsAfterTheEventThatItKnows) {
  const auto bob = make_customer("bob@example.com");
  const auto add = [this](const Customer& who) {
    return as(who, "POST", "/api/accounts", "{}").json["job"]["id"].get<std::string>();
  };
  const auto first = add(ann_);
  add(bob);
  const auto client = connect(ann_);
  const auto everything = connect(ann_);

  EXPECT_EQ(client->say(R"({"action":"subscribe_jobs"})"),
            Frames{R"({"type":"subscribed","jobs":true,"since":2})"});
  const auto second = add(ann_);
  Frames frames;
  ASSERT_TRUE(soon([&] {
    for (auto& frame : client->take())
      frames.push_back(frame);
    return !frames.empty();
  }));
  ASSERT_EQ(frames.size(), 1U);
  const auto frame = Json::parse(frames.front());
  EXPECT_EQ(frame["type"], "job_update");
  EXPECT_EQ(frame["job_id"], second);
  EXPECT_EQ(frame["status"], "pending");
  EXPECT_EQ(frame["data"]["event"], "job_added");

  frames = everything->say(R"({"action":"subscribe_jobs","since":0})");
  EXPECT_EQ(frames.front(), R"({"type":"subscribed","jobs":true,"since":0})");
  ASSERT_TRUE(soon([&] {
    for (auto& each : everything->take())
      frames.push_back(each);
    return frames.size() == 3;
  }));
  EXPECT_EQ(Json::parse(frames[1])["job_id"], first);
}

TEST_F(Socket, GivesASlowReaderTheWholeHistoryInOrderAndNeverTooMuchAtATime) {
  constexpr std::int64_t count = 20'000;
  const auto id = user("POST", "/api/accounts", "{}").json["job"]["id"].get<std::string>();
  service_.database().write([&](sql::Connection& connection) {
    connection.query(
        "INSERT INTO job_events (job_id, event, at, data)"
        " WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < $2)"
        " SELECT $1, 'status_updated', 0, '{\"status\":\"running\",\"worker_id\":null,'"
        " || '\"error\":null,\"priority\":1,\"progress\":0,\"count\":1}' FROM numbers",
        {id, count});
  });
  const auto slow = connect(ann_);
  // The first events may be there with the answer.
  auto frames = slow->say(R"({"action":"subscribe_jobs","since":0})");
  // Whoever reads gets all of it meanwhile.
  const auto quick = connect(ann_);
  auto heard = quick->say(R"({"action":"subscribe_jobs","since":0})").size();
  ASSERT_TRUE(soon([&] {
    heard += quick->take().size();
    return heard == static_cast<std::size_t>(count) + 1;
  }));
  EXPECT_LT(slow->peer().most_unread(), std::size_t{1} << 20);

  std::int64_t last = 0;
  ASSERT_TRUE(soon([&] {
    for (const auto& text : frames) {
      const auto frame = Json::parse(text);
      if (frame["type"] != "job_update") continue;
      if (frame["data"]["seq"] != last + 1) return true;
      ++last;
    }
    frames = slow->take();
    return last == count;
  }));
  EXPECT_EQ(last, count);
  EXPECT_LT(slow->peer().most_unread(), std::size_t{1} << 20);
}

TEST_F(Socket, TellsOfNoJobsAfterTheSubscriptionHasEnded) {
  const auto client = connect(ann_);
  client->say(R"({"action":"subscribe_jobs"})");
  EXPECT_EQ(client->say(R"({"action":"unsubscribe_jobs"})"),
            Frames{R"({"type":"unsubscribed","jobs":true})"});
  // Another one hears of it, so that it was told.
  const auto other = connect(ann_);
  other->say(R"({"action":"subscribe_jobs"})");
  user("POST", "/api/accounts", "{}");
  ASSERT_TRUE(soon([&] { return !other->take().empty(); }));
  EXPECT_EQ(client->take(), Frames{});
  EXPECT_EQ(client->say(R"({"action":"subscribe_jobs","since":-1})").front().substr(0, 16),
            R"({"type":"error",)");
}

}  // namespace
}  // namespace bot::routes
