#include "cli/output/json_text.hpp"

#include <array>

namespace bot::cli {
namespace {

// The code point of a two- or three-byte sequence that terminals act on, else 0. `text` is valid
// UTF-8, so the following bytes are there.
unsigned acting_code_point(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t offset) {
    return static_cast<unsigned>(static_cast<unsigned char>(text[at + offset]));
  };
  if (byte(0) == 0xC2 && byte(1) < 0xA0) return byte(1);
  if (byte(0) != 0xE2) return 0;
  const unsigned code = (byte(0) & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
  const bool marks = code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E);
  return marks || (code >= 0x2066 && code <= 0x2069) ? code : 0;
}

void append_escape(std::string& into, unsigned code) {
  constexpr std::array<char, 17> digits = {"0123456789abcdef"};
  into += "\\u";
  for (unsigned shift = 16; shift > 0; shift -= 4)
    into += digits[code >> (shift - 4) & 0xFU];
}

}  // namespace

std::string json_text(const types::Json& value, JsonLook look) {
  const auto dumped = value.dump(
      look == JsonLook::pretty ? 2 : -1, ' ', false, types::Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(dumped.size());
  for (std::size_t i = 0; i < dumped.size(); ++i) {
    if (dumped[i] == '\x7f') {
      append_escape(safe, 0x7F);
    } else if (const auto code = acting_code_point(dumped, i); code != 0) {
      append_escape(safe, code);
      i += code < 0x800 ? 1 : 2;
    } else {
      safe += dumped[i];
    }
  }
  return safe;
}

}  // namespace bot::cli
