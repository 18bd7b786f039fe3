#include "server/app/listen_address.hpp"

#include <gtest/gtest.h>

namespace bot::app {
namespace {

TEST(ListenAddress, IsReadAndShownAlike) {
  for (const auto* text : {"127.0.0.1:8056", "[::1]:0", "bots.example:65535", "0.0.0.0:443"}) {
    const auto address = parse_listen_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_string(*address), text);
  }
  EXPECT_EQ(parse_listen_address("[::1]:80")->host, "::1");
}

TEST(ListenAddress, NeedsHostAndPort) {
  for (const auto* text :
       {"", "8056", ":8056", "host", "host:", "host:x", "host:65536", "host:-1"}) {
    const auto address = parse_listen_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, Errc::invalid_argument);
    EXPECT_NE(address.error().hint, "");
  }
}

}  // namespace
}  // namespace bot::app
