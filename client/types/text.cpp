#include "client/types/text.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace bot::types {
namespace {

constexpr std::uint64_t in_all_bytes(unsigned char byte) {
  return 0x0101010101010101U * byte;
}

constexpr std::uint64_t top_bits = in_all_bytes(0x80);

// The top bit of each byte that is zero; of others too, but only above such a one.
constexpr std::uint64_t zero_bytes(std::uint64_t bytes) {
  return (bytes - in_all_bytes(1)) & ~bytes & top_bits;
}

bool all_plain(std::uint64_t bytes) {
  const auto controls = (bytes - in_all_bytes(' ')) & ~bytes & top_bits;
  const auto special =
      zero_bytes(bytes ^ in_all_bytes('"')) | zero_bytes(bytes ^ in_all_bytes('\\'));
  return (controls | special | (bytes & top_bits)) == 0;
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= ' ' && byte < 0x80 && c != '"' && c != '\\';
}

}  // namespace

std::size_t plain_length(std::string_view text) {
  std::size_t at = 0;
  for (std::uint64_t bytes = 0; at + sizeof bytes <= text.size(); at += sizeof bytes) {
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    if (!all_plain(bytes)) break;
  }
  while (at < text.size() && is_plain(text[at]))
    ++at;
  return at;
}

void append_string(std::string& out, std::string_view text) {
  if (plain_length(text) != text.size()) {
    out += dump(Json(text));
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

namespace detail {

void append_integer(std::string& out, std::int64_t value) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

}  // namespace detail
}  // namespace bot::types
