#include "server/domain/email.hpp"

#include <gtest/gtest.h>

#include <string>

namespace bot::domain {
namespace {

TEST(Email, KeepsTheLocalPartAndLowersTheDomain) {
  EXPECT_EQ(normal_email("Ann.Lee+x@Example.COM"), "Ann.Lee+x@example.com");
}

TEST(Email, RefusesWhatMailCannotReach) {
  for (const auto& address : {std::string("nope"),
                              std::string("x@localhost"),
                              std::string("@example.com"),
                              std::string("a@"),
                              std::string("a@b..c"),
                              std::string(".a@b.c"),
                              std::string("a.@b.c"),
                              std::string("a b@c.d"),
                              std::string("a@-b.c"),
                              std::string("a@b.c\n"),
                              std::string(65, 'a') + "@b.c",
                              "a@" + std::string(260, 'b') + ".c"}) {
    EXPECT_EQ(normal_email(address), std::nullopt) << address;
  }
}

}  // namespace
}  // namespace bot::domain
