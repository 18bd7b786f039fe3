#include "server/routes/stored_json.hpp"

#include <gtest/gtest.h>

namespace bot::routes {
namespace {

TEST(StoredJson, PassesObjectsOnAsTheyAre) {
  for (const auto* text : {"{}", "{\"a\":[1,-2.5e+3,null]}", " { \"a\" : \"\\u00e9é\" }"}) {
    EXPECT_EQ(stored_text(text).text, text);
  }
}

TEST(StoredJson, ShowsAnEmptyObjectForDamage) {
  for (const auto* text : {"",
                           "[]",
                           "null",
                           "{",
                           "{}x",
                           "{\"a\":",
                           "{\"a\":1,}",
                           "{\"a\":\"\xff\"}",
                           "{\"a\":\"\n\"}",
                           "{\"a\":\"\\ud800\"}",
                           "{\"a\":1e999}"}) {
    EXPECT_EQ(stored_text(text).text, "{}") << text;
  }
}

}  // namespace
}  // namespace bot::routes
