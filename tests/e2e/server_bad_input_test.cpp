// Whatever is sent to the real server: a 4xx with a sentence, and the server goes on.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "client/ops/all.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {
namespace {

using namespace std::string_literals;
using nlohmann::json;

// What a person can read: a sentence, or a list of mistakes with a sentence each.
void expect_readable(const http::RawReply& reply) {
  EXPECT_EQ(reply.header("Content-Type").substr(0, 16), "application/json");
  const auto body = json::parse(reply.body, nullptr, false);
  ASSERT_TRUE(body.is_object()) << reply.body;
  const auto detail = body.value("detail", json());
  if (detail.is_string()) {
    EXPECT_NE(detail, "");
    return;
  }
  ASSERT_TRUE(detail.is_array() && !detail.empty()) << reply.body;
  for (const auto& mistake : detail) {
    EXPECT_TRUE(mistake.at("loc").is_array());
    EXPECT_NE(mistake.at("msg"), "");
    EXPECT_NE(mistake.at("type"), "");
  }
}

class BadInput : public testing::Test {
 protected:
  BadInput() : account_(make_user(server_, 100)) {}
  ~BadInput() override {
    EXPECT_TRUE(server_.admin().run(client::GetHealth{}));
    EXPECT_TRUE(server_.admin().run(client::GetReady{}));
    EXPECT_EQ(server_.log().find("message\":\"fault"), std::string::npos) << server_.log();
    EXPECT_EQ(server_.terminate(), 0);
  }

  std::string head(const std::string& line) const {
    return line + " HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + account_.key +
           "\r\nX-Admin-API-Key: " + admin_key() + "\r\n";
  }
  std::string with_body(const std::string& line, const std::string& body) const {
    return head(line) +
           "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }

  http::RawReply answer(const std::string& bytes) const {
    http::RawClient connection(server_.port());
    auto reply = connection.exchange(bytes);
    EXPECT_TRUE(reply) << "no answer";
    return reply ? *std::move(reply) : http::RawReply{};
  }
  void expect_refused(const std::string& bytes, int status) const {
    SCOPED_TRACE(
        replace_all(replace_all(bytes.substr(0, 400), account_.key, "***"), admin_key(), "***"));
    const auto reply = answer(bytes);
    EXPECT_EQ(reply.status, status) << reply.body;
    expect_readable(reply);
  }

  TempDir home_;
  Botd server_{home_ / "data", {.flags = {"--runtime", "simulated"}}};
  Account account_;
};

TEST_F(BadInput, AsTheWishForABotIsA422) {
  const std::string deep(100'000, '[');
  const std::string long_id(256, 'x');
  for (const auto& body :
       {""s,
        "{"s,
        "{\"platform\":"s,
        "nonsense"s,
        "null"s,
        "5"s,
        "\"text\""s,
        "[]"s,
        "[{\"platform\":\"google_meet\",\"native_meeting_id\":\"a\"}]"s,
        "{}"s,
        "{} {}"s,
        deep,
        "{\"platform\":"s + deep,
        R"({"platform":5,"native_meeting_id":"a"})"s,
        R"({"platform":"google_meet","native_meeting_id":5})"s,
        R"({"platform":"google_meet","native_meeting_id":null})"s,
        R"({"platform":"google_meet","native_meeting_id":["a"]})"s,
        R"({"platform":"google_meet","native_meeting_id":""})"s,
        R"({"platform":"google_meet","native_meeting_id":"a/b"})"s,
        R"({"platform":"google_meet","native_meeting_id":"a?b"})"s,
        R"({"platform":"google_meet","native_meeting_id":"a#b"})"s,
        R"({"platform":"google_meet","native_meeting_id":"a\u0000b"})"s,
        R"({"platform":"google_meet","native_meeting_id":"a\nb"})"s,
        R"({"platform":"google_meet","native_meeting_id":"\ud800"})"s,
        R"({"platform":"google_meet","native_meeting_id":")"s + long_id + "\"}",
        "{\"platform\":\"google_meet\",\"native_meeting_id\":\"\xff\xfe\"}"s,
        "{\"platform\":\"google_meet\",\"native_meeting_id\":\"\xc0\xaf\"}"s,
        "{\"platform\":\"google_meet\",\"native_meeting_id\":\"a\0b\"}"s,
        "\0\0\0\0"s,
        R"({"platform":"skype","native_meeting_id":"a"})"s,
        R"({"platform":"google_meet","native_meeting_id":"a","language":"klingon"})"s,
        R"({"platform":"google_meet","native_meeting_id":"a","language":{}})"s,
        R"({"platform":"google_meet","native_meeting_id":"a","task":"sing"})"s,
        R"({"platform":"google_meet","native_meeting_id":"a","bot_name":7})"s,
        R"({"platform":"google_meet","native_meeting_id":"a","bot_name":1e999})"s})
    expect_refused(with_body("POST /bots", body), 422);
  EXPECT_TRUE(meetings_of(server_.user(account_.key)).empty()) << "one of them was accepted";
}

TEST_F(BadInput, InOtherBodiesIsA422) {
  for (const auto& number : {"-1",
                             "1.5",
                             "\"7\"",
                             "true",
                             "1e400",
                             "99999999999999999999",
                             "-9223372036854775809",
                             "18446744073709551615",
                             "[]"}) {
    const auto body = R"({"email":"a@example.org","max_concurrent_bots":)"s + number + "}";
    expect_refused(with_body("POST /admin/users", body), 422);
  }
  for (const auto& email : {"", "a", "@", "a@", "a b@example.org", "a@b\\u0000.org"}) {
    const auto body = R"({"email":")"s + email + R"("})";
    expect_refused(with_body("POST /admin/users", body), 422);
  }
  for (const auto* url : {R"("javascript:alert")", R"("")", "{}", "5", "null"}) {
    const auto body = R"({"webhook_url":)"s + url + "}";
    expect_refused(with_body("PUT /user/webhook", body), 422);
  }
  const auto tokens = "POST /admin/users/" + std::to_string(account_.id) + "/tokens";
  expect_refused(with_body(tokens, R"({"expires_in":"-1s"})"), 422);
  expect_refused(with_body(tokens, R"({"expires_in":5})"), 422);
}

TEST_F(BadInput, WithUnknownFieldsIsAccepted) {
  const auto reply = answer(with_body(
      "POST /bots",
      R"({"platform":"google_meet","native_meeting_id":"a","new_field":{"deep":[1,null]},"x":5})"));
  EXPECT_EQ(reply.status, 201) << reply.body;
}

TEST_F(BadInput, InTargetsIsA4xx) {
  struct Case {
    std::string line;
    int status;
  };
  const auto huge = std::string(9000, 'x');
  for (const auto& [line, status] :
       std::vector<Case>{{"GET /nothing-here", 404},
                         {"GET /bots/", 404},
                         {"GET //bots", 404},
                         {"GET /admin/users/-1", 422},
                         {"GET /admin/users/abc", 422},
                         {"GET /admin/users/1.0", 422},
                         {"GET /admin/users/99999999999999999999", 422},
                         {"GET /admin/users/9223372036854775807", 404},
                         {"GET /meetings/-1/timeline", 422},
                         {"GET /meetings/9223372036854775808/timeline", 422},
                         {"GET /meetings?limit=-1", 422},
                         {"GET /meetings?limit=ten", 422},
                         {"GET /meetings?limit=", 422},
                         {"GET /meetings?limit=99999999999999999999", 422},
                         {"GET /meetings?offset=-5", 422},
                         {"GET /meetings?status=sleeping", 422},
                         {"GET /meetings?platform=%00", 422},
                         {"GET /admin/users?skip=-1", 422},
                         {"GET /admin/users?limit=1e3", 422},
                         {"GET /admin/meetings?user_id=x", 422},
                         {"GET /user/webhook/deliveries?limit=-1", 422},
                         {"GET /%zz", 400},
                         {"GET /bots?x=%ff", 400},
                         {"GET /transcripts/google_meet/%ff%fe", 400},
                         {"GET /transcripts/google_meet/%C0%AF", 400},
                         {"GET /transcripts/skype/a", 422},
                         {"GET /transcripts/google_meet/nobody", 404},
                         {"DELETE /bots/google_meet/a/b", 404},
                         {"DELETE /bots/google_meet/a%2Fb", 404},
                         {"DELETE /bots/google_meet/..%2F..%2Fadmin", 404},
                         {"DELETE /bots/google_meet/a%00b", 404},
                         {"DELETE /bots/google_meet/%20", 404},
                         {"DELETE /bots/google_meet/nobody", 404},
                         {"DELETE /bots/google_meet/" + std::string(300, 'x'), 404},
                         {"DELETE /admin/tokens/0", 404},
                         {"POST /admin/meetings/0/stop", 404},
                         {"GET /bots/internal/callback/" + huge + "/exited", 414},
                         {"GET /" + huge, 414},
                         {"POST /bots/internal/callback/guess/exited", 404},
                         {"POST /bots/internal/callback/%00/exited", 404}})
    expect_refused(head(line) + "Content-Length: 0\r\n\r\n", status);
}

TEST_F(BadInput, AsAWrongMethodIsA405ThatNamesTheRightOnes) {
  struct Case {
    std::string line;
    std::string allow;
  };
  for (const auto& [line, allow] :
       std::vector<Case>{{"PUT /bots", "GET, HEAD, POST"},
                         {"DELETE /bots/status", "GET, HEAD"},
                         {"POST /meetings", "GET, HEAD"},
                         {"GET /bots/google_meet/a", "DELETE"},
                         {"POST /bots/google_meet/a/config", "PUT"},
                         {"PATCH /user/webhook", "DELETE, GET, HEAD, PUT"},
                         {"DELETE /admin/users", "GET, HEAD, POST"},
                         {"TRACE /health", "GET, HEAD"},
                         {"BREW /health", "GET, HEAD"},
                         {"get /health", "GET, HEAD"}}) {
    SCOPED_TRACE(line);
    const auto reply = answer(head(line) + "Content-Length: 0\r\n\r\n");
    EXPECT_EQ(reply.status, 405) << reply.body;
    EXPECT_EQ(reply.header("Allow"), allow);
    expect_readable(reply);
  }
}

TEST_F(BadInput, WithoutARightKeyIsA401) {
  for (const auto* line : {"GET /bots", "POST /bots", "GET /admin/users", "GET /auth/me"}) {
    for (const auto& keys : {""s,
                             "X-API-Key: \r\n"s,
                             "X-API-Key: wrong\r\n"s,
                             "X-API-Key: \xff\xfe\r\n"s,
                             "X-Admin-API-Key: wrong\r\n"s}) {
      SCOPED_TRACE(line + keys);
      const auto reply = answer(line + " HTTP/1.1\r\nHost: localhost\r\n"s + keys + "\r\n");
      EXPECT_EQ(reply.status, 401) << reply.body;
      expect_readable(reply);
    }
  }
}

TEST_F(BadInput, ThatIsTooLargeIsReadablyRefused) {
  const std::string body(2 << 20, 'x');
  expect_refused(with_body("POST /bots", body), 413);
  std::string chunked = head("POST /bots") + "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 40; ++i)
    chunked += "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  expect_refused(chunked + "0\r\n\r\n", 413);
  expect_refused(head("POST /bots") + "Content-Length: 999999999999\r\n\r\n", 413);
  expect_refused(head("GET /bots") + "X-Large: " + std::string(10 << 20, 'x') + "\r\n\r\n", 431);
  std::string many = head("GET /bots");
  for (int i = 0; i < 100'000; ++i)
    many += "X-" + std::to_string(i) + ": " + std::string(90, 'x') + "\r\n";
  expect_refused(many + "\r\n", 431);
  expect_refused("GET /" + std::string(10 << 20, 'x') + " HTTP/1.1\r\n\r\n", 414);
  const auto key = "Idempotency-Key: " + std::string(300, 'k') + "\r\n";
  const auto wish = R"({"platform":"google_meet","native_meeting_id":"a"})"s;
  expect_refused(head("POST /bots") + key + "Content-Length: " + std::to_string(wish.size()) +
                     "\r\n\r\n" + wish,
                 422);
}

TEST_F(BadInput, ThatIsNotHttpIsA400) {
  const std::string length = "Content-Length: 2\r\n\r\n{}";
  for (const auto& bytes :
       {"\r\n\r\n\r\n\r\nnonsense\r\n\r\n"s,
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s + std::string(300, 'x') + "\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s,
        "GET / HTTP/9.9\r\nHost: a\r\n\r\n"s,
        "GET /health\r\n\r\n"s,
        "GET /health HTTP/1.1\r\n\r\n"s,
        "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"s,
        "GET /health HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"s,
        "GET /health HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n"s,
        "GET /he\0alth HTTP/1.1\r\nHost: a\r\n\r\n"s,
        "POST /bots HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"s,
        "POST /bots HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n"s,
        "POST /bots HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n" + length,
        "POST /bots HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + length,
        "POST /bots HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"s,
        "POST /bots HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxx\r\n"s})
    expect_refused(bytes, 400);
  expect_refused(head("POST /bots") + "Content-Type: text/xml\r\n" + length, 415);
}

TEST_F(BadInput, AfterAGoodRequestDoesNotSpoilItsAnswer) {
  http::RawClient connection(server_.port());
  ASSERT_TRUE(connection.send(head("GET /bots") + "\r\n" + head("GET /bots/status") +
                              "\r\n\x01\x02 garbage \xff\r\n\r\n"));
  for (const int status : {200, 200, 400}) {
    const auto reply = connection.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, status) << reply->body;
  }
  EXPECT_TRUE(connection.is_closed_within(usual_patience));
}

TEST_F(BadInput, ThatStopsHalfWayHoldsNobodyUp) {
  const auto whole = with_body("POST /bots", R"({"platform":"google_meet"})");
  std::vector<std::unique_ptr<http::RawClient>> halves;
  for (std::size_t i = 0; i < 100; ++i) {
    halves.push_back(std::make_unique<http::RawClient>(server_.port()));
    EXPECT_TRUE(halves.back()->send(whole.substr(0, i * whole.size() / 100)));
  }
  EXPECT_TRUE(server_.admin().run(client::ListUsers{}));
  for (auto& half : halves)
    half->finish_sending();
  for (auto& half : halves)
    EXPECT_TRUE(half->is_closed_within(usual_patience));
}

}  // namespace
}  // namespace bot::e2e
