#include "drivers/redis/url.hpp"

#include <gtest/gtest.h>

namespace bot::redis {
namespace {

Address parsed(std::string_view url) {
  auto address = parse_url(url);
  EXPECT_TRUE(address) << (address ? "" : address.error().message);
  return address ? *address : Address{};
}

TEST(RedisUrl, NamesHostPortUserAndDatabase) {
  EXPECT_EQ(parsed("redis://localhost"), (Address{.host = "localhost"}));
  EXPECT_EQ(parsed("redis://127.0.0.1:7000/3"),
            (Address{.host = "127.0.0.1", .port = 7000, .database = 3}));
  EXPECT_EQ(parsed("redis://:p%40ss@db"), (Address{.host = "db", .password = "p@ss"}));
  EXPECT_EQ(parsed("redis://ann:p/w@db:1/"),
            (Address{.host = "db", .port = 1, .user = "ann", .password = "p/w"}));
  EXPECT_EQ(parsed("redis://[::1]:7000"), (Address{.host = "::1", .port = 7000}));
}

TEST(RedisUrl, OverTlsIsRefusedWithASentence) {
  const auto refused = parse_url("rediss://db");

  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("TLS"), std::string::npos);
  EXPECT_FALSE(refused.error().hint.empty());
}

TEST(RedisUrl, ThatIsWrongIsRefusedWithoutItsPassword) {
  for (const auto* url : {"redis://:hunter2@",
                          "redis://:hunter2@h:0",
                          "redis://:hunter2@h:x",
                          "redis://:hunter2@h/x",
                          "redis://:hunter2@h/-1",
                          "redis://:hunter2@h?x=1",
                          "redis://:hunter2%4@h",
                          "http://:hunter2@h"}) {
    const auto refused = parse_url(url);
    ASSERT_FALSE(refused) << url;
    EXPECT_EQ(refused.error().code, Errc::invalid_argument);
    EXPECT_EQ(refused.error().message.find("hunter2"), std::string::npos) << url;
  }
}

}  // namespace
}  // namespace bot::redis
