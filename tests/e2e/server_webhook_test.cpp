// A user's own server hears of each change, signed; and nobody is made to talk to a private place.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.hpp"
#include "client/ops/all.hpp"
#include "drivers/crypto.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/fakes/client/loopback_server.hpp"

namespace bot::e2e {
namespace {

Words sending_server() {
  return {"--bot-join-delay", "400ms", "--bot-start-delay", "200ms", "--allow-private-targets"};
}

// One POST as the sink got it.
struct Received {
  std::string head;
  std::string body;

  explicit Received(const std::string& request)
      : head(request.substr(0, request.find("\r\n\r\n") + 2)),
        body(request.substr(request.find("\r\n\r\n") + 4)) {}

  std::string header(const std::string& name) const {
    for (const auto line : split(head, '\n')) {
      const auto colon = line.find(':');
      if (colon != line.npos && iequals(line.substr(0, colon), name)) {
        return std::string(trim(line.substr(colon + 1)));
      }
    }
    return "";
  }
  nlohmann::json event() const { return nlohmann::json::parse(body); }
};

std::vector<Received> received(const client::LoopbackServer& sink) {
  std::vector<Received> all;
  for (const auto& request : sink.requests())
    all.emplace_back(request);
  return all;
}

bool hears_of(const client::LoopbackServer& sink, const std::string& state) {
  return eventually([&] {
    const auto all = received(sink);
    return std::any_of(all.begin(), all.end(), [&](const Received& post) {
      return post.event().at("data").at("status_change").at("to") == state;
    });
  });
}

std::vector<types::Delivery> deliveries_of(const client::Client& user) {
  const auto list = user.run(client::ListDeliveries{});
  EXPECT_TRUE(list);
  return list ? list->deliveries : std::vector<types::Delivery>{};
}

bool all_delivered(const client::Client& user) {
  const auto all = deliveries_of(user);
  return std::all_of(
      all.begin(), all.end(), [](const auto& delivery) { return delivery.status == "delivered"; });
}

class Webhook : public testing::Test {
 protected:
  TempDir home_;
  client::LoopbackServer sink_;
};

void expect_signed(const Received& post, const std::string& secret) {
  const auto signed_text = post.header("X-Webhook-Timestamp") + "." + post.body;
  EXPECT_EQ(post.header("X-Webhook-Signature"), "sha256=" + hmac_sha256_hex(secret, signed_text));
  EXPECT_EQ(post.header("X-Webhook-Id"), post.event().at("event_id"));
  EXPECT_EQ(post.header("Content-Type"), "application/json");
}

TEST_F(Webhook, TellsABotsWholeLifeInOrderAndSigned) {
  const Botd server(home_ / "data", {.flags = sending_server()});
  const auto user = server.user(make_user(server, 1).key);
  const auto hook = user.run(client::SetWebhook{.webhook_url = sink_.origin() + "/events?of=me"});
  ASSERT_TRUE(hook) << hook.error().message;
  ASSERT_TRUE(hook->secret);

  start_bot(user, "told");
  ASSERT_TRUE(hears_of(sink_, "active"));
  ASSERT_TRUE(user.run(client::StopBot{"google_meet", "told"}));
  ASSERT_TRUE(hears_of(sink_, "completed"));
  ASSERT_TRUE(eventually([&] { return all_delivered(user); }));

  std::map<std::string, nlohmann::json> told;
  for (const auto& post : received(sink_)) {
    EXPECT_EQ(post.head.rfind("POST /events?of=me HTTP/1.1\r\n", 0), 0U) << post.head;
    expect_signed(post, *hook->secret);
    EXPECT_EQ(post.event().at("data").at("meeting").at("native_meeting_id"), "told");
    EXPECT_TRUE(told.emplace(post.header("X-Webhook-Id"), post.event()).second) << "told twice";
  }
  auto deliveries = deliveries_of(user);
  std::reverse(deliveries.begin(), deliveries.end());
  ASSERT_EQ(deliveries.size(), told.size());
  std::vector<std::string> states = {"reserved"};
  std::set<std::string> special;
  for (const auto& delivery : deliveries) {
    EXPECT_EQ(delivery.response_status, 200);
    EXPECT_EQ(delivery.attempts, 1);
    ASSERT_TRUE(told.contains(delivery.event_id));
    if (delivery.event_type != "meeting.status_change") {
      special.insert(delivery.event_type);
      continue;
    }
    const auto change = told[delivery.event_id].at("data").at("status_change");
    EXPECT_EQ(change.at("from"), states.back());
    states.push_back(change.at("to"));
  }
  EXPECT_EQ(states,
            (std::vector<std::string>{"reserved", "starting", "active", "stopping", "completed"}));
  EXPECT_EQ(special, (std::set<std::string>{"meeting.completed", "meeting.started"}));
}

TEST_F(Webhook, TriesAgainWithTheSameEventUntilItIsTaken) {
  sink_.script({client::LoopbackServer::http(503, "later")});
  const Botd server(home_ / "data",
                    {.flags = {"--allow-private-targets", "--bot-script", "broken=exit1"}});
  const auto user = server.user(make_user(server, 1).key);
  ASSERT_TRUE(user.run(client::SetWebhook{.webhook_url = sink_.origin() + "/"}));
  start_bot(user, "broken");
  ASSERT_TRUE(eventually([&] {
    const auto all = deliveries_of(user);
    return std::any_of(all.begin(), all.end(), [](const auto& delivery) {
      return delivery.status == "delivered" && delivery.attempts == 2;
    });
  }));
  ASSERT_TRUE(hears_of(sink_, "failed"));
  std::multiset<std::string> ids;
  for (const auto& post : received(sink_))
    ids.insert(post.header("X-Webhook-Id"));
  EXPECT_TRUE(
      std::any_of(ids.begin(), ids.end(), [&](const auto& id) { return ids.count(id) == 2; }));
}

TEST_F(Webhook, IsNotFollowedIntoARedirect) {
  client::LoopbackServer elsewhere;
  sink_.script({client::LoopbackServer::http(
      302, "", "text/plain", "Location: " + elsewhere.origin() + "/\r\n")});
  const Botd server(home_ / "data",
                    {.flags = {"--runtime", "simulated", "--allow-private-targets"}});
  const auto user = server.user(make_user(server, 1).key);
  ASSERT_TRUE(user.run(client::SetWebhook{.webhook_url = sink_.origin() + "/"}));
  start_bot(user, "redirected");
  ASSERT_TRUE(eventually([&] {
    const auto all = deliveries_of(user);
    return std::any_of(
        all.begin(), all.end(), [](const auto& delivery) { return delivery.status == "dead"; });
  }));
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST_F(Webhook, OfAPrivatePlaceIsRefusedUnlessAllowed) {
  const Botd server(home_ / "data", {.flags = {"--runtime", "simulated"}});
  const auto user = server.user(make_user(server, 1).key);
  for (const auto& url : {sink_.origin() + "/",
                          std::string("http://localhost:1/"),
                          std::string("http://[::1]/"),
                          std::string("http://[::ffff:127.0.0.1]/"),
                          std::string("http://169.254.169.254/latest/meta-data"),
                          std::string("http://10.0.0.1/"),
                          std::string("http://2130706433/"),
                          std::string("http://0x7f.1/"),
                          std::string("file:///etc/passwd"),
                          std::string("gopher://example.org/")}) {
    const auto refused = user.run(client::SetWebhook{.webhook_url = url});
    ASSERT_FALSE(refused) << url;
    EXPECT_EQ(refused.error().http_status, 422) << url;
  }
  EXPECT_FALSE(user.run(client::GetWebhook{})->webhook_url);
  start_bot(user, "untold");
  ASSERT_TRUE(reaches(user, "untold", "active"));
  EXPECT_EQ(sink_.connections(), 0);
}

TEST_F(Webhook, ThatWasAllowedOnceIsRefusedWhenTheSwitchIsGone) {
  Account account;
  {
    const Botd server(home_ / "data",
                      {.flags = {"--runtime", "simulated", "--allow-private-targets"}});
    account = make_user(server, 1);
    const client::SetWebhook hook{.webhook_url = sink_.origin() + "/"};
    ASSERT_TRUE(server.user(account.key).run(hook));
  }
  const Botd server(home_ / "data", {.flags = {"--runtime", "simulated"}});
  const auto user = server.user(account.key);
  start_bot(user, "untold");
  ASSERT_TRUE(eventually([&] {
    const auto all = deliveries_of(user);
    return !all.empty() && all.back().status == "dead";
  }));
  EXPECT_EQ(sink_.connections(), 0);
}

}  // namespace
}  // namespace bot::e2e
