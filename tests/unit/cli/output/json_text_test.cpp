#include "cli/output/json_text.hpp"

#include <gtest/gtest.h>

namespace bot::cli {
namespace {

TEST(JsonText, IsOneLineOrPretty) {
  const types::Json value = {{"b", 1}, {"a", {1, 2}}};

  EXPECT_EQ(json_text(value, JsonLook::compact), R"({"b":1,"a":[1,2]})");
  EXPECT_EQ(json_text(value, JsonLook::pretty),
            "{\n  \"b\": 1,\n  \"a\": [\n    1,\n    2\n  ]\n}");
}

TEST(JsonText, EscapesWhatWouldActOnATerminalAndKeepsItsMeaning) {
  const types::Json value = "a\u009bb\u202ec\x7f d\u2066 é 会 😀";

  const auto text = json_text(value, JsonLook::compact);

  EXPECT_EQ(text, R"("a\u009bb\u202ec\u007f d\u2066 é 会 😀")");
  EXPECT_EQ(types::Json::parse(text), value);
}

TEST(JsonText, ReplacesInvalidUtf8) {
  EXPECT_EQ(json_text("a\xff", JsonLook::compact), "\"a\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace bot::cli
