// What every transport promises (client/http/transport.hpp), held against each of them.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "client/http/curl_transport.hpp"
#include "tests/fakes/client/loopback_server.hpp"
#include "tests/fakes/client/scripted_transport.hpp"

namespace bot::client {
namespace {

constexpr Millis soon{5'000};

// A transport and the way to tell its peer what to answer.
class Peer {
 public:
  Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  virtual ~Peer() = default;
  virtual Transport& transport() = 0;
  virtual void will_answer(int status, const std::string& body) = 0;
  virtual void will_hang() = 0;
  virtual void will_break_off() = 0;
};

class ScriptedPeer final : public Peer {
 public:
  Transport& transport() override { return transport_; }
  void will_answer(int status, const std::string& body) override {
    transport_.answer(status, body, {{"Content-Type", "application/json"}});
  }
  void will_hang() override {
    transport_.fail({.code = Errc::timeout, .message = "too late", .outcome_unknown = true});
  }
  void will_break_off() override {
    transport_.fail({.code = Errc::unreachable, .message = "gone", .outcome_unknown = true});
  }

 private:
  ScriptedTransport transport_;
};

class CurlPeer final : public Peer {
 public:
  Transport& transport() override { return *transport_; }
  void will_answer(int status, const std::string& body) override {
    server_.script({.bytes = LoopbackServer::http(status, body)});
  }
  void will_hang() override { server_.script({.bytes = "", .then = LoopbackServer::Then::hang}); }
  void will_break_off() override {
    server_.script({.bytes = "", .then = LoopbackServer::Then::close});
  }

 private:
  LoopbackServer server_;
  std::shared_ptr<Transport> transport_ = make_curl_transport(server_.origin());
};

using MakePeer = std::function<std::unique_ptr<Peer>()>;

class TransportContract : public testing::TestWithParam<std::pair<const char*, MakePeer>> {
 protected:
  std::unique_ptr<Peer> peer = GetParam().second();
};

TEST_P(TransportContract, AnyStatusIsAnAnswerWithHeadersAndBody) {
  for (const int status : {200, 404, 500}) {
    peer->will_answer(status, R"({"n":1})");
    const auto answer = peer->transport().send({.target = "/x"}, soon);
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(answer->header("content-type"), "application/json");
    EXPECT_EQ(answer->header("no-such"), "");
    EXPECT_EQ(answer->body, R"({"n":1})");
  }
}

TEST_P(TransportContract, APassedDeadlineIsATimeoutOfUnknownOutcome) {
  peer->will_hang();
  const auto answer = peer->transport().send({.method = "POST", .target = "/x"}, Millis{100});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::timeout);
  EXPECT_TRUE(answer.error().outcome_unknown);
}

TEST_P(TransportContract, ABrokenConnectionIsUnreachableOfUnknownOutcome) {
  peer->will_break_off();
  const auto answer = peer->transport().send({.method = "POST", .target = "/x"}, soon);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::unreachable);
  EXPECT_TRUE(answer.error().outcome_unknown);
}

TEST_P(TransportContract, ItGoesOnAfterAFailure) {
  peer->will_break_off();
  EXPECT_FALSE(peer->transport().send({.target = "/x"}, soon).has_value());
  peer->will_answer(200, "{}");
  EXPECT_TRUE(peer->transport().send({.target = "/x"}, soon).has_value());
}

INSTANTIATE_TEST_SUITE_P(
    All,
    TransportContract,
    testing::Values(std::pair("Scripted", [] { return std::unique_ptr<Peer>(new ScriptedPeer); }),
                    std::pair("Curl", [] { return std::unique_ptr<Peer>(new CurlPeer); })),
    [](const auto& tested) { return std::string(tested.param.first); });

}  // namespace
}  // namespace bot::client
