// What the server and its bots may do, read from /proc: with --user nothing of root's is left.
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/text.hpp"
#include "client/ops/all.hpp"
#include "server/http/listening_socket.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/fakes/client/certificate.hpp"
#include "tests/unit/server/http/tls_client.hpp"

namespace bot::e2e {
namespace {

// A line of /proc/PID/status, its spaces single.
std::string status_of(pid_t pid, const std::string& name) {
  const auto status = read_file("/proc/" + std::to_string(pid) + "/status");
  for (const auto line : split(status, '\n')) {
    if (!line.starts_with(name + ":")) continue;
    std::string value(trim(line.substr(name.size() + 1)));
    std::replace(value.begin(), value.end(), '\t', ' ');
    return value;
  }
  return "";
}

std::string four_times(unsigned id) {
  const auto text = std::to_string(id);
  return text + " " + text + " " + text + " " + text;
}

// 0 when there is none.
std::uint16_t free_low_port() {
  for (std::uint16_t port = 1023; port > 600; --port) {
    if (http::ListeningSocket::open("127.0.0.1", port)) return port;
  }
  return 0;
}

// The soft limit of open files.
std::string open_files_of(pid_t pid) {
  const std::string name = "Max open files";
  const auto limits = read_file("/proc/" + std::to_string(pid) + "/limits");
  for (const auto line : split(limits, '\n')) {
    if (!line.starts_with(name)) continue;
    const auto values = trim(line.substr(name.size()));
    return std::string(values.substr(0, values.find(' ')));
  }
  return "";
}

TEST(DescriptorLimit, IsRaisedForTheServerAndNotForItsBots) {
  TempDir home;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_GT(before.rlim_max, 500U);
  rlimit small = before;
  small.rlim_cur = 500;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &small), 0);
  const Botd server(home / "botd", {.flags = {"--bot-join-delay", "50ms"}});
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  const auto account = make_user(server, 1);
  start_bot(server.user(account.key), "modest");
  ASSERT_TRUE(reaches(server.user(account.key), "modest", "active"));
  const auto bots = children_of(server.pid());
  ASSERT_EQ(bots.size(), 1U);
  EXPECT_EQ(open_files_of(bots.front()), "500");
  EXPECT_EQ(open_files_of(server.pid()), std::to_string(before.rlim_max));
}

// Below it only root may listen, unless the machine was set up otherwise.
std::int64_t first_free_for_all() {
  const auto text = read_file("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  return parse_int(trim(text)).value_or(1024);
}

class User : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
    ::chmod(home_.path().c_str(), 0755);
    write_file(home_ / "cert.pem", certificate_.pem());
    write_file(home_ / "key.pem", certificate_.key_pem());
    ::chmod((home_ / "cert.pem").c_str(), 0644);
  }

  BotdOptions options() const {
    return {.flags = {"--user",
                      "nobody",
                      "--tls-cert",
                      home_ / "cert.pem",
                      "--tls-key",
                      home_ / "key.pem",
                      "--bot-join-delay",
                      "50ms"},
            .ca_file = certificate_.file()};
  }

  TempDir home_;
  client::Certificate certificate_{"IP:127.0.0.1"};
  const passwd nobody_ = *::getpwnam("nobody");
};

TEST_F(User, ServerAndBotsHaveNothingOfRootLeft) {
  const Botd server(home_ / "botd", options());
  const auto account = make_user(server, 1);
  const auto user = server.user(account.key);
  start_bot(user, "unprivileged");
  ASSERT_TRUE(reaches(user, "unprivileged", "active"));
  const auto bots = children_of(server.pid());
  ASSERT_EQ(bots.size(), 1U);
  for (const pid_t pid : {server.pid(), bots.front()}) {
    EXPECT_EQ(status_of(pid, "Uid"), four_times(nobody_.pw_uid));
    EXPECT_EQ(status_of(pid, "Gid"), four_times(nobody_.pw_gid));
    EXPECT_EQ(status_of(pid, "Groups"), std::to_string(nobody_.pw_gid));
    EXPECT_EQ(status_of(pid, "CapEff"), "0000000000000000");
    EXPECT_EQ(status_of(pid, "CapPrm"), "0000000000000000");
    EXPECT_EQ(status_of(pid, "NoNewPrivs"), "1");
  }
  ASSERT_TRUE(user.run(client::StopBot{"google_meet", "unprivileged"}));
  EXPECT_TRUE(reaches(user, "unprivileged", "completed"));
  EXPECT_EQ(server.log().find("runs as root"), std::string::npos);
}

TEST_F(User, OwnsEveryFileOfTheDataDirectory) {
  const Botd server(home_ / "botd", options());
  make_user(server, 1);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(server.data_dir())) {
    struct stat facts {};
    if (::stat(entry.path().c_str(), &facts) != 0) continue;  // a file of SQLite's that went
    EXPECT_EQ(facts.st_uid, nobody_.pw_uid) << entry.path();
    EXPECT_EQ(facts.st_gid, nobody_.pw_gid) << entry.path();
    ++files;
  }
  EXPECT_GT(files, 4U);
}

TEST_F(User, IsToldThatItCannotReadTheKeyAgainAndServesOn) {
  const Botd server(home_ / "botd", options());
  server.signal(SIGHUP);
  ASSERT_TRUE(eventually([&] {
    return server.log().find("the TLS certificate was not reloaded") != std::string::npos;
  }));
  const auto log = server.log();
  EXPECT_NE(log.find("let uid " + std::to_string(nobody_.pw_uid)), std::string::npos) << log;
  EXPECT_EQ(http::TlsClient(server.port()).peer_pem(), certificate_.pem());

  ASSERT_EQ(::chown((home_ / "key.pem").c_str(), nobody_.pw_uid, nobody_.pw_gid), 0);
  server.signal(SIGHUP);
  EXPECT_TRUE(eventually(
      [&] { return server.log().find("the TLS certificate was reloaded") != std::string::npos; }));
}

TEST_F(User, TakesPortsThatOnlyRootMayTake) {
  auto low = options();
  const auto port = free_low_port();
  ASSERT_NE(port, 0) << "every port below 1024 is taken";
  if (first_free_for_all() <= port) {
    GTEST_SKIP() << "net.ipv4.ip_unprivileged_port_start lets everybody take port " << port;
  }
  low.listen = "127.0.0.1:" + std::to_string(port);
  const Botd server(home_ / "botd", low);
  EXPECT_EQ(server.port(), port);
  EXPECT_EQ(status_of(server.pid(), "Uid"), four_times(nobody_.pw_uid));
}

TEST_F(User, WithoutItRootIsWarned) {
  const Botd server(home_ / "botd", {});
  EXPECT_TRUE(eventually([&] { return server.log().find("runs as root") != std::string::npos; }));
  EXPECT_EQ(status_of(server.pid(), "NoNewPrivs"), "1");
}

TEST_F(User, ThatIsNotThereOrIsRootStopsTheStart) {
  for (const auto* name : {"no-such-user", "root", "nobody:no-such-group"}) {
    const auto outcome = run(botd_program(),
                             {"serve", "--data-dir", home_ / "none", "--user", name},
                             {{"HOME", home_.path()}});
    EXPECT_EQ(outcome.code, 2) << name;
    EXPECT_NE(outcome.err.find("--user"), std::string::npos) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(home_ / "none"));
  }
}

TEST_F(User, IsRootsToChooseAlone) {
  ::chmod(home_.path().c_str(), 0777);
  const auto outcome = run("/usr/bin/setpriv",
                           {"--reuid",
                            "nobody",
                            "--clear-groups",
                            botd_program(),
                            "serve",
                            "--data-dir",
                            home_ / "none",
                            "--user",
                            "daemon"},
                           {{"HOME", home_.path()}});
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_NE(outcome.err.find("only root can become another user"), std::string::npos)
      << outcome.err;
  EXPECT_FALSE(std::filesystem::exists(home_ / "none"));
}

}  // namespace
}  // namespace bot::e2e
