#include "server/bots/docker_engine.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "tests/fakes/bots/fake_engine.hpp"

namespace bot::bots {
namespace {

class DockerEngineTest : public testing::Test {
 protected:
  DockerEngineOptions options() const {
    return {.socket = fake_.socket(), .deadline = Millis{300}, .work_deadline = Millis{300}};
  }
  static std::string version(const std::string& newest, const std::string& least) {
    return R"({"Version":"x","ApiVersion":")" + newest + R"(","MinAPIVersion":")" + least + "\"}";
  }

  FakeEngine fake_;
  DockerEngine engine_{options()};
};

TEST_F(DockerEngineTest, IsKnownAgain) {
  const auto first = engine_.greet();
  const auto again = DockerEngine(options()).greet();
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->version, "24.0.7");
  EXPECT_EQ(first->identity, again->identity);
  fake_.become_another();
  EXPECT_NE(engine_.greet()->identity, first->identity);
}

TEST_F(DockerEngineTest, IsKnownByWhereItIsWhenItsIdDoesNotLast) {
  const auto greet = [this](const std::string& one, const std::string& two, const std::string& at) {
    for (const auto& id : {one, two})
      fake_.answer(
          "/info", 200, R"({"ID":")" + id + R"(","Name":"n","DockerRootDir":")" + at + "\"}");
    return engine_.greet()->identity;
  };
  const auto seen = greet("a", "b", "/var/lib/containers");
  EXPECT_EQ(greet("c", "d", "/var/lib/containers"), seen);
  EXPECT_NE(greet("c", "d", "/elsewhere"), seen);
}

TEST_F(DockerEngineTest, SpeaksTheOldestVersionThatBothKnow) {
  ASSERT_TRUE(engine_.greet());
  (void)engine_.inspect("a");
  EXPECT_EQ(fake_.count("GET /v1.41/containers/a/json"), 1);
  fake_.answer("/version", 200, version("1.52", "1.44"));
  ASSERT_TRUE(engine_.greet());
  (void)engine_.inspect("a");
  EXPECT_EQ(fake_.count("GET /v1.44/containers/a/json"), 1);
}

TEST_F(DockerEngineTest, OneThatIsTooOldIsRefused) {
  fake_.answer("/version", 200, version("1.9", "1.1"));
  const auto refused = engine_.greet();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("speaks API 1.9, and botd needs 1.41"), std::string::npos)
      << refused.error().message;
}

TEST_F(DockerEngineTest, WhatIsNoEngineIsSaid) {
  for (const auto* body : {"<html>", "[]", "{}", R"({"ApiVersion":7})"}) {
    fake_.answer("/version", 200, body);
    const auto refused = engine_.greet();
    ASSERT_FALSE(refused) << body;
    EXPECT_EQ(refused.error().code, Errc::protocol) << body;
  }
}

TEST_F(DockerEngineTest, EveryCallHasItsDeadline) {
  fake_.fail("/containers/a/json", 0);
  const auto seen = engine_.inspect("a");
  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().code, Errc::timeout);
  EXPECT_TRUE(is_away(seen.error()));
  EXPECT_NE(seen.error().message.find(fake_.socket()), std::string::npos) << seen.error().message;
}

TEST_F(DockerEngineTest, ASocketThatNobodyListensAtIsSaidWithItsPath) {
  fake_.go_away();
  const auto refused = engine_.greet();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(is_away(refused.error()));
  EXPECT_NE(
      refused.error().message.find("the Docker Engine is away: no connection to " + fake_.socket()),
      std::string::npos)
      << refused.error().message;
}

TEST_F(DockerEngineTest, ItsWordsAreData) {
  fake_.fail("/containers/a/json", 500, "bad\x1b[31m thing\n" + std::string(2000, 'x'));
  const auto seen = engine_.inspect("a");
  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().code, Errc::server_error);
  EXPECT_EQ(seen.error().message.find('\x1b'), std::string::npos);
  EXPECT_LT(seen.error().message.size(), 400U);
}

TEST_F(DockerEngineTest, NamesAreNotPaths) {
  (void)engine_.inspect("../../secrets?x=1");
  EXPECT_EQ(fake_.count("/containers/..%2F..%2Fsecrets%3Fx%3D1/json"), 1);
}

TEST_F(DockerEngineTest, ListeningEndsWhenItIsStoppedAndWhenTheEngineBreaksOff) {
  std::atomic<bool> opened{false};
  Status ended = Unit{};
  const auto listen = [&] {
    return std::thread([&] {
      ended = engine_.listen(
          "a=b", [&] { opened = true; }, [](const std::string&) {});
    });
  };
  auto thread = listen();
  while (!opened)
    std::this_thread::yield();
  fake_.drop_events();
  thread.join();
  EXPECT_TRUE(ended) << ended.error().message;
  opened = false;
  thread = listen();
  while (!opened)
    std::this_thread::yield();
  engine_.stop_listening();
  thread.join();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Errc::cancelled);
}

TEST_F(DockerEngineTest, AStreamThatIsRefusedIsNotOpened) {
  fake_.fail("/events", 500, "no events today");
  bool opened = false;
  const auto ended = engine_.listen(
      "a=b", [&] { opened = true; }, [](const std::string&) {});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, Errc::server_error);
  EXPECT_FALSE(opened);
}

}  // namespace
}  // namespace bot::bots
