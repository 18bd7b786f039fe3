#include "base/unicode.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace bot {
namespace {

struct CodePoint {
  std::uint32_t value;
  std::size_t length;
};

struct CodeRange {
  std::uint32_t first;
  std::uint32_t last;
};

// The valid code point at the start of text, or nullopt (overlong forms and surrogates included).
std::optional<CodePoint> decode_one(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  if (lead < 0x80) return CodePoint{lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return std::nullopt;
  std::uint32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return std::nullopt;
    value = value << 6 | (byte(i) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
    return std::nullopt;
  }
  return CodePoint{value, length};
}

bool is_control(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

template <std::size_t N>
bool is_in(const std::array<CodeRange, N>& ranges, std::uint32_t c) {
  return std::any_of(ranges.begin(), ranges.end(), [c](const CodeRange& range) {
    return c >= range.first && c <= range.last;
  });
}

constexpr std::array wide_ranges = {
    CodeRange{0x1100, 0x115F},
    CodeRange{0x2E80, 0x303E},
    CodeRange{0x3041, 0x33FF},
    CodeRange{0x3400, 0x4DBF},
    CodeRange{0x4E00, 0x9FFF},
    CodeRange{0xA000, 0xA4CF},
    CodeRange{0xAC00, 0xD7A3},
    CodeRange{0xF900, 0xFAFF},
    CodeRange{0xFE30, 0xFE6F},
    CodeRange{0xFF00, 0xFF60},
    CodeRange{0xFFE0, 0xFFE6},
    CodeRange{0x1F300, 0x1F64F},
    CodeRange{0x1F680, 0x1F6FF},
    CodeRange{0x1F900, 0x1F9FF},
    CodeRange{0x20000, 0x3FFFD},
};
constexpr std::array zero_width_ranges = {
    CodeRange{0x0300, 0x036F},
    CodeRange{0x0483, 0x0489},
    CodeRange{0x0591, 0x05BD},
    CodeRange{0x0610, 0x061A},
    CodeRange{0x064B, 0x065F},
    CodeRange{0x1AB0, 0x1AFF},
    CodeRange{0x1DC0, 0x1DFF},
    CodeRange{0x200B, 0x200D},
    CodeRange{0x20D0, 0x20FF},
    CodeRange{0xFE00, 0xFE0F},
    CodeRange{0xFE20, 0xFE2F},
};
// Characters that reorder or hide their surroundings: shown, never obeyed.
constexpr std::array deceptive_ranges = {
    CodeRange{0x061C, 0x061C},
    CodeRange{0x200E, 0x200F},
    CodeRange{0x2028, 0x202E},
    CodeRange{0x2066, 0x2069},
    CodeRange{0xFEFF, 0xFEFF},
};

std::size_t width_of(std::uint32_t c) {
  if (is_in(zero_width_ranges, c)) return 0;
  return is_in(wide_ranges, c) ? 2 : 1;
}

std::string hex(std::uint32_t value, std::size_t digits) {
  std::string text(digits, '0');
  for (auto at = digits; at-- > 0; value >>= 4)
    text[at] = "0123456789abcdef"[value & 15];
  return text;
}

std::string escaped(std::uint32_t c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return c < 0x100 ? "\\x" + hex(c, 2) : "\\u" + hex(c, 4);
  }
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto point = decode_one(text);
    if (!point) return false;
    text.remove_prefix(point->length);
  }
  return true;
}

bool has_control_characters(std::string_view text) {
  while (!text.empty()) {
    const auto point = decode_one(text);
    if (!point || is_control(point->value)) return true;
    text.remove_prefix(point->length);
  }
  return false;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto point = decode_one(text);
    width += point ? width_of(point->value) : 1;
    text.remove_prefix(point ? point->length : 1);
  }
  return width;
}

std::string escape_for_terminal(std::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const auto point = decode_one(text);
    if (!point) {
      safe += "\\x" + hex(static_cast<unsigned char>(text[0]), 2);
      text.remove_prefix(1);
      continue;
    }
    const bool shown = !is_control(point->value) && !is_in(deceptive_ranges, point->value);
    safe += shown ? std::string(text.substr(0, point->length)) : escaped(point->value);
    text.remove_prefix(point->length);
  }
  return safe;
}

std::string truncate_to_width(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::string kept;
  std::size_t width = 0;
  while (!text.empty()) {
    const auto point = decode_one(text);
    const auto length = point ? point->length : 1;
    width += point ? width_of(point->value) : 1;
    if (width > columns - 1) break;
    kept += text.substr(0, length);
    text.remove_prefix(length);
  }
  return kept + "…";
}

std::string to_valid_utf8(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const auto point = decode_one(text);
    const auto length = point ? point->length : 1;
    if (point) {
      valid += text.substr(0, length);
    } else {
      valid += "\xEF\xBF\xBD";
    }
    text.remove_prefix(length);
  }
  return valid;
}

}  // namespace bot
