#include "base/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

namespace bot {
namespace {

TEST(Result, HoldsAValueOrAnError) {
  Result<int> good = 5;
  Result<int> bad = Error{.code = Errc::not_found, .message = "no user 7"};

  EXPECT_TRUE(good);
  EXPECT_EQ(*good, 5);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Errc::not_found);
  EXPECT_THROW(static_cast<void>(bad.value()), std::bad_variant_access);
}

TEST(Result, MovesOutWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> held = std::make_unique<int>(5);

  const auto taken = std::move(held).value();

  EXPECT_EQ(*taken, 5);
}

TEST(Errc, EveryCodeHasAnOwnName) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(Errc::internal); ++code) {
    EXPECT_TRUE(names.insert(name_of(static_cast<Errc>(code))).second) << code;
  }
}

}  // namespace
}  // namespace bot
