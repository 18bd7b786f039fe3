#include "client/http/origin.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "client/http/key_safety.hpp"

namespace bot::client {
namespace {

TEST(Origin, UrlsOfServersAreRead) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"http://localhost:8056", "http://localhost:8056"},
      {"HTTP://Bots.Example", "http://bots.example:80"},
      {"https://bots.example/", "https://bots.example:443"},
      {"https://bots.example/api/v1//", "https://bots.example:443/api/v1"},
      {"http://[::1]:8056/x", "http://[::1]:8056/x"},
      {"http://[FE80::1]", "http://[fe80::1]:80"},
      {"http://10.0.0.1:65535", "http://10.0.0.1:65535"},
  };
  for (const auto& [text, expected] : cases) {
    const auto origin = parse_origin(text);
    ASSERT_TRUE(origin.has_value()) << text << ": " << origin.error().message;
    EXPECT_EQ(origin->text(), expected);
  }
}

TEST(Origin, WhatIsNoServerUrlIsRefusedWithASentence) {
  for (const auto* text : {"",
                           "localhost:8056",
                           "ftp://host",
                           "http://",
                           "http://:80",
                           "http://host:0",
                           "http://host:65536",
                           "http://host:http",
                           "http://host:",
                           "http://host?x=1",
                           "http://host#x",
                           "http://ho st",
                           "http://host/a b",
                           "http://[::1",
                           "http://[::1]8056",
                           "http://[%]",
                           "http://[abc]:80",
                           "http://ho\nst"}) {
    const auto origin = parse_origin(text);
    ASSERT_FALSE(origin.has_value()) << text;
    EXPECT_EQ(origin.error().code, Errc::invalid_argument);
    EXPECT_FALSE(origin.error().hint.empty());
    EXPECT_EQ(origin.error().message.find('\n'), std::string::npos);
  }
}

TEST(Origin, ASecretInTheUrlIsRefusedAndNotRepeated) {
  for (const auto* text : {"http://user:hunter2@host",
                           "https://hunter2@host:1/x",
                           "http://host?api_key=hunter2",
                           "foo://u:hunter2@host"}) {
    const auto origin = parse_origin(text);
    ASSERT_FALSE(origin.has_value()) << text;
    EXPECT_EQ(origin.error().message.find("hunter2"), std::string::npos) << origin.error().message;
  }
}

TEST(Origin, LoopbackIsTold) {
  for (const auto* text : {"http://localhost",
                           "http://a.localhost",
                           "http://127.0.0.1",
                           "http://127.8.9.10:1",
                           "http://[::1]"}) {
    EXPECT_TRUE(parse_origin(text)->is_loopback()) << text;
  }
  for (const auto* text : {"http://localhost.evil.example",
                           "http://127.evil.example",
                           "http://127.0.0.1.evil.example",
                           "http://10.0.0.1",
                           "http://[::2]",
                           "http://127.0.0.x"}) {
    EXPECT_FALSE(parse_origin(text)->is_loopback()) << text;
  }
}

TEST(KeySafety, KeysDoNotCrossTheNetworkInClear) {
  const auto remote = *parse_origin("http://bots.example");
  for (const auto* name : {"x-api-key", "X-Admin-API-Key", "Authorization"}) {
    const auto safe = check_key_safety(remote, {{name, "k"}}, CleartextKeys::refused);
    ASSERT_FALSE(safe.has_value()) << name;
    EXPECT_EQ(safe.error().code, Errc::invalid_argument);
    EXPECT_TRUE(check_key_safety(remote, {{name, "k"}}, CleartextKeys::allowed).has_value());
  }
  EXPECT_TRUE(check_key_safety(remote, {{"Accept", "x"}}, CleartextKeys::refused).has_value());
}

TEST(KeySafety, KeysGoOverTlsAndToLoopback) {
  const Headers key{{"X-API-Key", "k"}};
  for (const auto* text : {"https://bots.example", "http://localhost", "http://127.0.0.1:1"}) {
    EXPECT_TRUE(check_key_safety(*parse_origin(text), key, CleartextKeys::refused).has_value());
  }
}

}  // namespace
}  // namespace bot::client
