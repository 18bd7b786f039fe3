// UTF-8 as data from outside: is it valid, how wide is it on a terminal, and what of it may be
// written there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bot {

bool is_valid_utf8(std::string_view text);
// U+0000..U+001F, U+007F..U+009F, or invalid UTF-8.
bool has_control_characters(std::string_view text);

// Columns on a terminal: wide East Asian characters and most emoji count two, combining ones none.
std::size_t display_width(std::string_view text);

// Safe for a terminal or one line of a table: control characters, bidirectional overrides and
// invalid bytes are shown as visible escapes (\n, \x1b, \u202e), nothing else is changed.
std::string escape_for_terminal(std::string_view text);

// At most `columns` wide; what is cut from the end is replaced by one "…".
std::string truncate_to_width(std::string_view text, std::size_t columns);

// Invalid bytes replaced by U+FFFD.
std::string to_valid_utf8(std::string_view text);

}  // namespace bot
