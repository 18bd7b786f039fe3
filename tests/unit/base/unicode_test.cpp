#include "base/unicode.hpp"

#include <gtest/gtest.h>

namespace bot {
namespace {

TEST(Unicode, KnowsValidUtf8) {
  EXPECT_TRUE(is_valid_utf8("añ日😀"));
  for (const auto* text : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe6\x97"}) {
    EXPECT_FALSE(is_valid_utf8(text));
  }
}

TEST(Unicode, FindsControlCharacters) {
  EXPECT_FALSE(has_control_characters("plain ñ"));
  EXPECT_TRUE(has_control_characters(std::string_view("a\0b", 3)));
  EXPECT_TRUE(has_control_characters("\x1b[31m"));
  EXPECT_TRUE(has_control_characters("\xc2\x85"));
}

TEST(Unicode, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(escape_for_terminal("a\n\x1b[2J\xff"), "a\\n\\x1b[2J\\xff");
  EXPECT_EQ(escape_for_terminal("\u202egnp.exe"), "\\u202egnp.exe");
  EXPECT_EQ(escape_for_terminal("日本 ñ"), "日本 ñ");
}

TEST(Unicode, CountsColumns) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
}

TEST(Unicode, TruncatesByColumnsNotBytes) {
  EXPECT_EQ(truncate_to_width("日本語", 4), "日…");
  EXPECT_EQ(truncate_to_width("abc", 3), "abc");
  EXPECT_EQ(truncate_to_width("abc", 0), "");
}

TEST(Unicode, ReplacesInvalidBytes) {
  EXPECT_EQ(to_valid_utf8("a\xff"
                          "b"),
            "a\xEF\xBF\xBD"
            "b");
}

}  // namespace
}  // namespace bot
