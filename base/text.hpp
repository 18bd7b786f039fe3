// Small text that both programs need. Byte strings are UTF-8 unless a name says otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bot {

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
// ASCII only.
std::string to_lower(std::string_view text);
bool iequals(std::string_view a, std::string_view b);
std::string replace_all(std::string text, std::string_view what, std::string_view with);

// Whole text as a decimal integer in range, else nullopt.
std::optional<std::int64_t> parse_int(std::string_view text);

// RFC 3986: everything but unreserved characters as %XX. For one path segment or query value.
std::string percent_encode(std::string_view text);
// nullopt when a % is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text);

// True when both are equal; takes the same time whatever they hold (their lengths may show).
bool equal_in_constant_time(std::string_view a, std::string_view b);

// Shell-style * and ? over the whole text.
bool matches_glob(std::string_view pattern, std::string_view text);

// The candidate nearest to `typed` (edit distance at most a third of its length), for
// "did you mean"; nullopt when none is near.
std::optional<std::string> nearest(std::string_view typed,
                                   const std::vector<std::string>& candidates);

}  // namespace bot
