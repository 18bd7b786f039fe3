// --admin-listen: who finds what where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "client/ops/all.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/fakes/client/certificate.hpp"
#include "tests/unit/server/http/raw_client.hpp"
#include "tests/unit/server/http/tls_client.hpp"

namespace bot::e2e {
namespace {

using nlohmann::json;

// The url of the log's line "serving".
std::uint16_t public_port(const Botd& server) {
  std::uint16_t port = 0;
  const auto found = [&] {
    const auto log = server.log();
    for (const auto line : split(log, '\n')) {
      const auto entry = json::parse(line, nullptr, false);
      if (!entry.is_object() || entry.value("message", "") != "serving") continue;
      const auto url = entry.value("url", "");
      port = static_cast<std::uint16_t>(parse_int(url.substr(url.rfind(':') + 1)).value_or(0));
    }
    return port != 0;
  };
  EXPECT_TRUE(eventually(found)) << server.log();
  return port;
}

http::RawReply ask(std::uint16_t port,
                   const std::string& method,
                   const std::string& path,
                   const std::string& headers = "") {
  http::RawClient client(port);
  const auto reply = client.exchange(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" +
                                     "Content-Length: 0\r\n" + headers + "\r\n");
  return reply.value_or(http::RawReply{});
}

std::string with_parameters(std::string pattern) {
  for (;;) {
    const auto begin = pattern.find('{');
    if (begin == std::string::npos) return pattern;
    pattern.replace(begin, pattern.find('}', begin) - begin + 1, "1");
  }
}

bool is_for_admins_alone(const json& operation) {
  const auto& keys = operation.at("security");
  return keys.size() == 1 && keys.front().contains("admin_key");
}

class AdminListener : public testing::Test {
 protected:
  TempDir home_;
  Botd server_{home_ / "botd", {.flags = {"--admin-listen", "127.0.0.1:0"}}};
  std::uint16_t public_ = public_port(server_);
  std::uint16_t admin_ = server_.port();  // what botctl is told
};

TEST_F(AdminListener, HasTheAdminsRoutesToItself) {
  ASSERT_NE(public_, admin_);
  const auto document = json::parse(ask(admin_, "GET", "/openapi.json").body);
  std::size_t admins = 0;
  std::size_t others = 0;
  for (const auto& [pattern, operations] : document.at("paths").items()) {
    for (const auto& [verb, operation] : operations.items()) {
      std::string method = verb;
      std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
      });
      const auto path = with_parameters(pattern);
      const int outside = ask(public_, method, path).status;
      const int inside = ask(admin_, method, path).status;
      if (is_for_admins_alone(operation) || pattern == "/metrics") {
        // 405: the path is also one of another method that is not the admin's alone.
        EXPECT_THAT(outside, testing::AnyOf(404, 405)) << method << " " << path;
        EXPECT_TRUE(outside == 404 || !pattern.starts_with("/admin/")) << method << " " << path;
        EXPECT_EQ(inside, pattern == "/metrics" ? 200 : 401) << method << " " << path;
        ++admins;
      } else {
        EXPECT_EQ(outside, inside) << method << " " << path;
        ++others;
      }
    }
  }
  EXPECT_GT(admins, 10U);
  EXPECT_GT(others, 20U);
  for (const auto* path : {"/health", "/ready"}) {
    EXPECT_EQ(ask(public_, "GET", path).status, 200);
    EXPECT_EQ(ask(admin_, "GET", path).status, 200);
  }
}

TEST_F(AdminListener, IsTheOnlyOneThatDescribesTheAdminsRoutes) {
  const auto inside = json::parse(ask(admin_, "GET", "/openapi.json").body);
  const auto outside = json::parse(ask(public_, "GET", "/openapi.json").body);
  EXPECT_TRUE(inside.at("paths").contains("/metrics"));
  EXPECT_TRUE(inside.at("components").at("securitySchemes").contains("admin_key"));
  EXPECT_FALSE(outside.at("components").at("securitySchemes").contains("admin_key"));
  std::size_t shown = 0;
  for (const auto& [pattern, operations] : outside.at("paths").items()) {
    EXPECT_FALSE(pattern.starts_with("/admin") || pattern == "/metrics") << pattern;
    for (const auto& [method, operation] : operations.items()) {
      EXPECT_EQ(operation.at("security").dump().find("admin_key"), std::string::npos)
          << method << " " << pattern;
      EXPECT_EQ(operation.at("operationId"),
                inside.at("paths").at(pattern).at(method).at("operationId"));
      ++shown;
    }
  }
  EXPECT_GT(shown, 15U);
  EXPECT_TRUE(outside.at("paths").contains("/openapi.json"));
}

TEST_F(AdminListener, IsTheOnlyOneThatTakesTheAdminKey) {
  const auto key = "X-Admin-API-Key: " + admin_key() + "\r\n";
  EXPECT_EQ(ask(admin_, "GET", "/admin/users", key).status, 200);
  EXPECT_EQ(ask(public_, "GET", "/admin/users", key).status, 404);
  EXPECT_EQ(ask(admin_, "GET", "/auth/me", key).status, 200);
  EXPECT_NE(ask(public_, "GET", "/auth/me", key).status, 200);
}

TEST_F(AdminListener, KeepsTheOtherFromTellingARightKeyFromAWrongOne) {
  const auto answer = [&](const std::string& path, const std::string& key) {
    const auto reply =
        ask(public_, "GET", path, key.empty() ? "" : "X-Admin-API-Key: " + key + "\r\n");
    return std::to_string(reply.status) + " " + reply.body;
  };
  for (const auto* path : {"/bots", "/meetings", "/auth/me", "/user/webhook", "/admin/users"}) {
    const auto none = answer(path, "");
    EXPECT_EQ(answer(path, admin_key()), none) << path;
    EXPECT_EQ(answer(path, "wrong-key-of-an-admin"), none) << path;
  }
  EXPECT_TRUE(answer("/bots", admin_key()).starts_with("401 "));
}

TEST_F(AdminListener, HasAllThatABotctlOnThisMachineNeeds) {
  const auto account = make_user(server_, 1);
  const auto user = server_.user(account.key);
  start_bot(user, "through-the-admin");
  EXPECT_TRUE(reaches(user, "through-the-admin", "active"));
  const auto botctl = run(botctl_program(),
                          {"users", "list"},
                          {{"HOME", home_.path()},
                           {"XDG_STATE_HOME", home_.path()},
                           {"BOTCTL_ADMIN_KEY", admin_key()}});
  EXPECT_EQ(botctl.code, 0) << botctl.err;
}

// As deploy/systemd/botd.service has it.
class AdminBesideTls : public testing::Test {
 protected:
  AdminBesideTls() { install(certificate_); }

  void install(const client::Certificate& certificate) const {
    write_file(home_ / "cert.pem", certificate.pem());
    write_file(home_ / "key.pem", certificate.key_pem());
  }

  Botd serve(const std::string& admin_listen) const {
    return {home_ / "botd",
            {.flags = {"--admin-listen",
                       admin_listen,
                       "--tls-cert",
                       home_ / "cert.pem",
                       "--tls-key",
                       home_ / "key.pem"},
             .ca_file = certificate_.file()}};
  }

  Outcome botctl(const Words& words) const {
    return run(botctl_program(),
               words,
               {{"HOME", home_ / "nobody"},
                {"XDG_STATE_HOME", home_.path()},
                {"BOTCTL_ADMIN_KEY", admin_key()}});
  }

  TempDir home_;
  client::Certificate certificate_{"DNS:bots.example"};
};

TEST_F(AdminBesideTls, IsAnnouncedWhereItListensWhateverTheCertificateIsFor) {
  const auto server = serve("127.0.0.1:0");
  ASSERT_TRUE(server.url().starts_with("http://127.0.0.1:")) << server.url();
  EXPECT_NE(::access((server.data_dir() + "/endpoint.pem").c_str(), F_OK), 0);
  const auto users = botctl({"users", "list"});
  EXPECT_EQ(users.code, 0) << users.err;
  const http::TlsClient outside(public_port(server));
  EXPECT_EQ(outside.peer_pem(), certificate_.pem());

  const client::Certificate next("DNS:other.example");
  install(next);
  server.signal(SIGHUP);
  EXPECT_TRUE(
      eventually([&] { return http::TlsClient(public_port(server)).peer_pem() == next.pem(); }));
  EXPECT_EQ(botctl({"health"}).code, 0);
}

TEST_F(AdminBesideTls, EndsAllListenersWithinOneGrace) {
  auto server = serve("127.0.0.1:0");
  const auto admin = server.port();
  const auto outside = public_port(server);
  const auto bots = static_cast<std::uint16_t>(
      parse_int(trim(read_file(server.data_dir() + "/callback.port"))).value_or(0));
  const auto half =
      "POST /bots/internal/callback/x/exited HTTP/1.1\r\nHost: localhost\r\n"
      "Content-Type: application/json\r\nContent-Length: 64\r\n"
      "Expect: 100-continue\r\n\r\n";
  http::TlsClient at_outside(outside);
  http::RawClient at_admin(admin);
  http::RawClient at_bots(bots);
  ASSERT_TRUE(at_outside.send(half));
  for (auto* client : {&at_admin, &at_bots}) {
    const auto asked = client->exchange(half);
    ASSERT_TRUE(asked);
    ASSERT_EQ(asked->status, 100);
  }

  const auto begun = std::chrono::steady_clock::now();
  server.signal(SIGTERM);
  for (const auto port : {outside, admin, bots}) {
    EXPECT_TRUE(eventually([&] { return !http::RawClient(port).is_connected(); }));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{5});
  EXPECT_EQ(server.wait(), 0);
}

TEST_F(AdminBesideTls, SpeaksTlsWhereOthersCouldListenIn) {
  const auto server = serve("0.0.0.0:0");
  ASSERT_TRUE(server.url().starts_with("https://bots.example:")) << server.url();
  EXPECT_EQ(http::TlsClient(server.port()).peer_pem(), certificate_.pem());
  EXPECT_EQ(ask(server.port(), "GET", "/health").status, 400);
}

}  // namespace
}  // namespace bot::e2e
