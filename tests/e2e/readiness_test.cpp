// GET /ready and botctl status while Redis goes and comes: a redis-server of the test's own.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "tests/e2e/server_botd.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ::close(socket);
  return ntohs(address.sin_port);
}

class OwnRedis {
 public:
  explicit OwnRedis(std::string folder)
      : folder_(std::move(folder)), port_(std::to_string(free_port())) {
    start();
  }
  OwnRedis(const OwnRedis&) = delete;
  OwnRedis& operator=(const OwnRedis&) = delete;
  ~OwnRedis() { stop(); }

  std::string url() const { return "redis://127.0.0.1:" + port_ + "/0"; }

  void start() {
    const auto log = folder_ + "/redis.log";
    pid_ = ::fork();
    ASSERT_GE(pid_, 0);
    if (pid_ > 0) return;
    ::execlp("redis-server",
             "redis-server",
             "--port",
             port_.c_str(),
             "--bind",
             "127.0.0.1",
             "--dir",
             folder_.c_str(),
             "--save",
             "",
             "--logfile",
             log.c_str(),
             nullptr);
    ::_exit(127);
  }

  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  const std::string folder_;
  const std::string port_;
  pid_t pid_ = -1;
};

class ReadinessTest : public testing::Test {
 protected:
  json ready() const {
    http::RawClient connection(server_.port());
    return json::parse(connection.exchange("GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n")->body);
  }
  bool becomes(const std::string& status) const {
    return eventually([&] { return ready().at("status") == status; });
  }
  Outcome status() const {
    return run(botctl_program(), {"status", "--server", server_.url(), "-o", "json"});
  }

  TempDir folder_;
  OwnRedis redis_{folder_.path()};
  const Botd server_{folder_ / "data", {.flags = {"--redis-url", redis_.url()}}};
};

TEST_F(ReadinessTest, IsDegradedWhileRedisIsAwayAndWellAgainAfterwards) {
  ASSERT_TRUE(becomes("ready")) << ready();
  auto shown = status();
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ(json::parse(shown.out)["redis"]["connected"], true);

  redis_.stop();

  ASSERT_TRUE(becomes("degraded")) << ready();
  EXPECT_EQ(ready()["parts"]["redis"], "Redis cannot be reached");
  EXPECT_EQ(ready()["parts"]["store"], "ok");
  shown = status();
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ(json::parse(shown.out)["readiness"]["status"], "degraded");
  EXPECT_EQ(json::parse(shown.out)["redis"]["connected"], false);

  redis_.start();

  EXPECT_TRUE(becomes("ready")) << ready();
}

}  // namespace
}  // namespace bot::e2e
