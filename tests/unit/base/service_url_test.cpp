#include "base/service_url.hpp"

#include <gtest/gtest.h>

namespace bot {
namespace {

TEST(ServiceUrl, PasswordsAreFoundWhereverTheyStand) {
  EXPECT_TRUE(has_password("postgresql://ann:secret@db/botd"));
  EXPECT_TRUE(has_password("redis://:secret@127.0.0.1:6379/0"));
  EXPECT_TRUE(has_password("postgresql://db/botd?sslmode=require&password=secret"));
  EXPECT_TRUE(has_password("postgresql://db?sslpassword=secret"));
  EXPECT_TRUE(has_password("postgresql://ann:p@ss@db/botd"));
  EXPECT_TRUE(has_password("redis://ann:p/w?x@db"));
  EXPECT_TRUE(has_password("postgresql://db?pass%77ord=secret"));

  EXPECT_FALSE(has_password("postgresql://ann@db:5432/botd"));
  EXPECT_FALSE(has_password("postgresql://ann:@db/botd"));
  EXPECT_FALSE(has_password("redis://127.0.0.1:6379/0"));
  EXPECT_FALSE(has_password("postgresql://[::1]:5432/botd?application_name=a:b"));
  EXPECT_FALSE(has_password(""));
}

TEST(ServiceUrl, IsShownWithoutItsPasswords) {
  EXPECT_EQ(without_password("postgresql://ann:p@ss@db/botd?password=x&sslmode=require"),
            "postgresql://ann:...@db/botd?password=...&sslmode=require");
  EXPECT_EQ(without_password("redis://:secret@127.0.0.1:6379/0"), "redis://:...@127.0.0.1:6379/0");
  EXPECT_EQ(without_password("redis://ann:p/w?x@db/0"), "redis://ann:...@db/0");
  EXPECT_EQ(without_password("postgresql://db/botd"), "postgresql://db/botd");
}

TEST(ServiceUrl, OfAnotherSchemeIsRefusedWithoutBeingShown) {
  const auto refused = check_service_url("mysql://ann:secret@db", {"postgresql", "postgres"});

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the URL does not begin with postgresql:// or postgres://");
  EXPECT_TRUE(check_service_url("postgres://db", {"postgresql", "postgres"}));
}

}  // namespace
}  // namespace bot
