#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <utility>

#include "tests/e2e/process.hpp"

namespace bot::e2e {

// A redis-server that the test starts and ends, at the same port each time. What was answered is
// there again after a restart.
class OwnRedis {
 public:
  explicit OwnRedis(std::string folder) : folder_(std::move(folder)), port_(free_port()) {
    start();
  }
  OwnRedis(const OwnRedis&) = delete;
  OwnRedis& operator=(const OwnRedis&) = delete;
  ~OwnRedis() { stop(); }

  std::string url() const { return "redis://127.0.0.1:" + port_ + "/0"; }

  // It may take a moment until it answers.
  void start() {
    const auto log = folder_ + "/redis.log";
    pid_ = ::fork();
    ASSERT_GE(pid_, 0);
    if (pid_ > 0) started_processes().insert(pid_);
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
             "--appendonly",
             "yes",
             "--appendfsync",
             "always",
             "--logfile",
             log.c_str(),
             nullptr);
    ::_exit(127);
  }

  // As when the machine ends it.
  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    started_processes().erase(pid_);
    pid_ = -1;
  }

 private:
  static std::string free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
    ::close(socket);
    return std::to_string(ntohs(address.sin_port));
  }

  const std::string folder_;
  const std::string port_;
  pid_t pid_ = -1;
};

}  // namespace bot::e2e
