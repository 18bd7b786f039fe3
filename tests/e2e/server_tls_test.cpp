// botd behind TLS: clients, bots, botctl, and a certificate that is replaced while it serves.
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "client/http/web_socket.hpp"
#include "client/ops/all.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/fakes/client/certificate.hpp"
#include "tests/unit/server/http/raw_client.hpp"
#include "tests/unit/server/http/tls_client.hpp"

namespace bot::e2e {
namespace {

using client::Certificate;
using client::KeyType;
using nlohmann::json;

std::string get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

int status_of(std::uint16_t port, const std::string& path) {
  http::RawClient client(port);
  const auto reply = client.exchange(get(path));
  return reply ? reply->status : 0;
}

class Tls : public testing::Test {
 protected:
  Tls() { install(certificate_); }

  void install(const Certificate& certificate) const {
    write_file(cert_file_, certificate.pem());
    write_file(key_file_, certificate.key_pem());
  }

  std::unique_ptr<Botd> serve(const std::string& listen = "127.0.0.1:0") const {
    return std::make_unique<Botd>(home_ / "botd",
                                  BotdOptions{.flags = {"--tls-cert",
                                                        cert_file_,
                                                        "--tls-key",
                                                        key_file_,
                                                        "--bot-join-delay",
                                                        "50ms",
                                                        "--bot-heartbeat-interval",
                                                        "100ms"},
                                              .listen = listen,
                                              .ca_file = certificate_.file()});
  }

  // botctl as the operator of this machine runs it.
  Outcome botctl(const Words& words) const {
    return run(botctl_program(), words, {{"HOME", home_.path()}, {"XDG_STATE_HOME", home_.path()}});
  }

  static std::uint16_t callback_port(const Botd& server) {
    return static_cast<std::uint16_t>(
        parse_int(trim(read_file(server.data_dir() + "/callback.port"))).value_or(0));
  }

  TempDir home_;
  Certificate certificate_{"IP:127.0.0.1"};
  std::string cert_file_ = home_ / "cert.pem";
  std::string key_file_ = home_ / "key.pem";
};

TEST_F(Tls, CarriesTheApiItsWebsocketsAndItsBots) {
  const auto server = serve();
  ASSERT_TRUE(server->url().starts_with("https://127.0.0.1:")) << server->url();
  const auto account = make_user(*server, 2);
  const auto user = server->user(account.key);
  const auto socket = client::WebSocket::connect(server->url(),
                                                 "/ws",
                                                 {{"X-API-Key", account.key}},
                                                 std::chrono::seconds{10},
                                                 {.ca_file = certificate_.file()});
  ASSERT_TRUE(socket) << socket.error().message;
  start_bot(user, "secured");
  ASSERT_TRUE((*socket)->send(
      R"({"action":"subscribe","meetings":[{"platform":"google_meet","native_id":"secured"}]})"));
  const auto subscribed = (*socket)->receive(std::chrono::seconds{10});
  ASSERT_TRUE(subscribed && *subscribed);
  EXPECT_EQ(json::parse(**subscribed).at("type"), "subscribed");

  EXPECT_TRUE(reaches(user, "secured", "active"));
  ASSERT_TRUE(user.run(client::StopBot{"google_meet", "secured"}));
  EXPECT_TRUE(reaches(user, "secured", "completed"));
  (*socket)->close(std::chrono::seconds{5});
}

TEST_F(Tls, GivesBotsALoopbackAddressThatServesNothingElse) {
  const auto server = serve();
  const auto port = callback_port(*server);
  ASSERT_NE(port, 0);
  EXPECT_NE(port, server->port());
  EXPECT_EQ(status_of(port, "/health"), 200);
  for (const auto* path : {"/",
                           "/bots",
                           "/meetings",
                           "/admin/users",
                           "/metrics",
                           "/openapi.json",
                           "/auth/me",
                           "/version",
                           "/ready",
                           "/ws"}) {
    EXPECT_EQ(status_of(port, path), 404) << path;
  }
  http::RawClient bot(port);
  const auto refused = bot.exchange(get("/bots/internal/callback/guessed/commands"));
  ASSERT_TRUE(refused);
  EXPECT_NE(refused->body.find("no bot session has this callback path"), std::string::npos)
      << refused->body;
}

TEST_F(Tls, BotsFindTheNextServerAlsoWithAnotherCertificate) {
  auto server = serve();
  const auto account = make_user(*server, 1);
  start_bot(server->user(account.key), "outlives");
  ASSERT_TRUE(reaches(server->user(account.key), "outlives", "active"));
  const auto bots = children_of(server->pid());
  ASSERT_EQ(bots.size(), 1U);
  const auto address = server->address();
  const auto port = callback_port(*server);
  ASSERT_EQ(server->terminate(), 0);
  ASSERT_TRUE(is_running(bots.front()));

  const Certificate next("IP:127.0.0.1,DNS:next.example");
  install(next);
  const Botd second(server->data_dir(),
                    {.flags = {"--tls-cert", cert_file_, "--tls-key", key_file_},
                     .listen = address,
                     .ca_file = next.file()});
  EXPECT_EQ(callback_port(second), port);
  const auto user = second.user(account.key);
  ASSERT_EQ(meeting(user, "outlives").status, "active");
  ASSERT_TRUE(user.run(client::StopBot{"google_meet", "outlives"}));
  EXPECT_TRUE(reaches(user, "outlives", "completed"));
  EXPECT_EQ(data_text(meeting(user, "outlives"), "failure_reason"), "");
}

// The server of these bots had TLS and no --callback-url; the next has not.
TEST_F(Tls, BotsFindTheNextServerAlsoWithoutTls) {
  auto server = serve();
  const auto account = make_user(*server, 1);
  start_bot(server->user(account.key), "outlives");
  ASSERT_TRUE(reaches(server->user(account.key), "outlives", "active"));
  const auto port = callback_port(*server);
  ASSERT_EQ(server->terminate(), 0);
  {
    Botd plain(server->data_dir(), {});
    EXPECT_EQ(status_of(port, "/health"), 200);
    EXPECT_EQ(status_of(port, "/bots"), 404);
    const auto user = plain.user(account.key);
    ASSERT_EQ(meeting(user, "outlives").status, "active");
    ASSERT_TRUE(user.run(client::StopBot{"google_meet", "outlives"}));
    EXPECT_TRUE(reaches(user, "outlives", "completed"));
    EXPECT_EQ(data_text(meeting(user, "outlives"), "failure_reason"), "");
    EXPECT_EQ(callback_port(plain), port);
    ASSERT_EQ(plain.terminate(), 0);
  }
  Botd with_none_left(server->data_dir(), {});
  EXPECT_EQ(callback_port(with_none_left), 0);
  ASSERT_EQ(with_none_left.terminate(), 0);
  const Botd clean(server->data_dir(), {});
  EXPECT_FALSE(http::RawClient(port).is_connected());
}

TEST_F(Tls, BotsFindTheNextServerAlsoWithCallbackUrls) {
  auto server = serve();
  const auto account = make_user(*server, 1);
  start_bot(server->user(account.key), "outlives");
  ASSERT_TRUE(reaches(server->user(account.key), "outlives", "active"));
  ASSERT_EQ(server->terminate(), 0);
  const Botd second(server->data_dir(),
                    {.flags = {"--tls-cert",
                               cert_file_,
                               "--tls-key",
                               key_file_,
                               "--callback-url",
                               "https://bots.example"},
                     .ca_file = certificate_.file()});
  const auto user = second.user(account.key);
  ASSERT_EQ(meeting(user, "outlives").status, "active");
  ASSERT_TRUE(user.run(client::StopBot{"google_meet", "outlives"}));
  EXPECT_TRUE(reaches(user, "outlives", "completed"));
  EXPECT_EQ(data_text(meeting(user, "outlives"), "failure_reason"), "");
}

TEST_F(Tls, SighupShowsNewConnectionsTheNewCertificateWhileOldOnesGoOn) {
  const auto server = serve();
  http::TlsClient before(server->port());
  ASSERT_EQ(before.peer_pem(), certificate_.pem());
  const Certificate next("DNS:localhost");
  install(next);

  server->signal(SIGHUP);

  EXPECT_TRUE(eventually([&] { return http::TlsClient(server->port()).peer_pem() == next.pem(); }));
  const auto reply = before.exchange(get("/health"));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_TRUE(
      eventually([&] { return read_file(server->data_dir() + "/endpoint.pem") == next.pem(); }));
  EXPECT_NE(server->log().find("the TLS certificate was reloaded"), std::string::npos);
  // Under a name that stands in this one.
  const auto url = "https://localhost:" + std::to_string(server->port());
  EXPECT_TRUE(
      eventually([&] { return read_file(server->data_dir() + "/endpoint") == url + "\n"; }));
}

TEST_F(Tls, ABadNewCertificateLeavesTheOldOneAndTheLogSaysWhy) {
  const auto server = serve();
  const Certificate other("DNS:other.example");
  write_file(key_file_, other.key_pem());

  server->signal(SIGHUP);

  ASSERT_TRUE(eventually([&] {
    return server->log().find("the TLS certificate was not reloaded") != std::string::npos;
  }));
  const auto log = server->log();
  EXPECT_NE(log.find("the key does not belong to the certificate"), std::string::npos);
  EXPECT_NE(log.find(key_file_), std::string::npos);
  http::TlsClient client(server->port());
  EXPECT_EQ(client.peer_pem(), certificate_.pem());
  EXPECT_EQ(client.exchange(get("/health"))->status, 200);

  install(other);
  server->signal(SIGHUP);
  EXPECT_TRUE(
      eventually([&] { return http::TlsClient(server->port()).peer_pem() == other.pem(); }));
}

// As on the day when RSA is given up, with one of the two files replaced.
TEST_F(Tls, AKeyOfAnotherTypeThanTheCertificatesIsNotReloaded) {
  const auto server = serve();
  const Certificate rsa("IP:127.0.0.1", 3600, KeyType::rsa);
  const auto refusals = [&] {
    const auto log = server->log();
    std::size_t count = 0;
    for (const auto line : split(log, '\n'))
      count += line.find("the key does not belong to the certificate") != line.npos ? 1 : 0;
    return count;
  };
  write_file(key_file_, rsa.key_pem());
  server->signal(SIGHUP);
  ASSERT_TRUE(eventually([&] { return refusals() == 1; })) << server->log();
  install(certificate_);
  write_file(cert_file_, rsa.pem());
  server->signal(SIGHUP);
  ASSERT_TRUE(eventually([&] { return refusals() == 2; })) << server->log();
  EXPECT_EQ(http::TlsClient(server->port()).peer_pem(), certificate_.pem());

  install(rsa);
  server->signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return http::TlsClient(server->port()).peer_pem() == rsa.pem(); }));
}

TEST_F(Tls, BadFilesAreRefusedAtTheStart) {
  const auto start = [&](const Words& flags) {
    Words words = {"serve", "--data-dir", home_ / "none", "--listen", "127.0.0.1:0"};
    words.insert(words.end(), flags.begin(), flags.end());
    return run(botd_program(), words, {{"HOME", home_.path()}});
  };
  const auto alone = start({"--tls-cert", cert_file_});
  EXPECT_EQ(alone.code, 2);
  EXPECT_NE(alone.err.find("--tls-cert needs --tls-key"), std::string::npos) << alone.err;

  const Words both = {"--tls-cert", cert_file_, "--tls-key", key_file_};
  ::chmod(key_file_.c_str(), 0644);
  const auto open_key = start(both);
  EXPECT_EQ(open_key.code, 1);
  EXPECT_NE(open_key.err.find("chmod 600 " + key_file_), std::string::npos) << open_key.err;

  write_file(key_file_, Certificate("DNS:other.example").key_pem());
  const auto mismatch = start(both);
  EXPECT_EQ(mismatch.code, 2);
  EXPECT_NE(mismatch.err.find("does not belong"), std::string::npos) << mismatch.err;

  write_file(key_file_, Certificate("IP:127.0.0.1", 3600, KeyType::rsa).key_pem());
  const auto other_type = start(both);
  EXPECT_EQ(other_type.code, 2);
  EXPECT_NE(other_type.err.find("does not belong"), std::string::npos) << other_type.err;

  const auto missing = start({"--tls-cert", home_ / "no.pem", "--tls-key", key_file_});
  EXPECT_EQ(missing.code, 5);
  EXPECT_NE(missing.err.find("no.pem"), std::string::npos) << missing.err;
}

TEST_F(Tls, BotctlOnThisMachineFindsServerAndTrustByItself) {
  const auto server = serve();
  const auto health = botctl({"health"});
  EXPECT_EQ(health.code, 0) << health.err;
  EXPECT_NE(health.out.find(server->url()), std::string::npos) << health.out;
  const auto doctor = botctl({"doctor"});
  EXPECT_NE(doctor.out.find(server->url() + " (from the local botd)"), std::string::npos)
      << doctor.out;
}

TEST_F(Tls, BotctlTrustsAPrivateAuthorityWithCacertAndNobodyWithout) {
  const auto server = serve();
  const Words words = {"health", "--server", "https://127.0.0.1:" + std::to_string(server->port())};
  const auto elsewhere = [&](Words more) {
    more.insert(more.begin(), words.begin(), words.end());
    return run(botctl_program(), more, {{"HOME", home_ / "elsewhere"}});
  };
  EXPECT_EQ(elsewhere({"--cacert", certificate_.file()}).code, 0);
  const auto refused = elsewhere({});
  EXPECT_EQ(refused.code, 3);
  EXPECT_NE(refused.err.find("--cacert"), std::string::npos) << refused.err;

  const auto doctor =
      run(botctl_program(), {"doctor", "--server", words.back()}, {{"HOME", home_ / "elsewhere"}});
  EXPECT_NE(doctor.code, 0);
  EXPECT_NE((doctor.out + doctor.err).find("--cacert"), std::string::npos) << doctor.out;
}

TEST_F(Tls, IsAnnouncedUnderANameOfTheCertificate) {
  const Certificate named("DNS:localhost");
  install(named);
  const Botd server(
      home_ / "botd",
      {.flags = {"--tls-cert", cert_file_, "--tls-key", key_file_}, .ca_file = named.file()});
  EXPECT_TRUE(server.url().starts_with("https://localhost:")) << server.url();
  EXPECT_EQ(botctl({"health"}).code, 0);
}

TEST_F(Tls, SaysAtTheStartThatACertificateHasExpired) {
  install(Certificate("IP:127.0.0.1", -60));
  const auto server = serve();
  EXPECT_TRUE(eventually(
      [&] { return server->log().find("the TLS certificate has expired") != std::string::npos; }));
}

// Its options, less those that need the machine it is for.
TEST(SystemdUnit, StartsWithOptionsThatBotdUnderstands) {
  const auto unit = read_file("deploy/systemd/botd.service");
  const auto begin = unit.find("botd serve ");
  ASSERT_NE(begin, std::string::npos);
  const auto end = unit.find("\nExecReload", begin);
  const auto line = replace_all(unit.substr(begin, end - begin), "\\\n", "");
  Words words;
  for (const auto word : split(line, ' ')) {
    if (!word.empty() && word != "botd") words.emplace_back(word);
  }
  words.emplace_back("--print-config");
  const auto shown = run(botd_program(), words);
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_NE(shown.out.find("admin-listen = 127.0.0.1:8057  # flag"), std::string::npos);
  EXPECT_NE(shown.out.find("tls-cert = /etc/botd/tls.pem  # flag"), std::string::npos);
}

}  // namespace
}  // namespace bot::e2e
