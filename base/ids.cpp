#include "base/ids.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string_view>

namespace bot {
namespace {

void fill(std::span<unsigned char> bytes) {
  std::size_t have = 0;
  while (have < bytes.size()) {
    const auto got = getrandom(bytes.data() + have, bytes.size() - have, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw std::runtime_error("the kernel gave no random bytes");
    have += static_cast<std::size_t>(got);
  }
}

// One call of the kernel for many characters.
std::string random_of(std::string_view alphabet, std::size_t length) {
  const auto fair = 256 - 256 % alphabet.size();
  std::string text;
  text.reserve(length);
  std::array<unsigned char, 64> bytes{};
  while (text.size() < length) {
    const auto drawn = std::span(bytes).first(std::min(bytes.size(), length - text.size()));
    fill(drawn);
    for (const auto byte : drawn) {
      if (byte < fair) text += alphabet[byte % alphabet.size()];
    }
  }
  return text;
}

}  // namespace

std::size_t random_below(std::size_t bound) {
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  for (;;) {
    std::array<unsigned char, 8> bytes{};
    fill(bytes);
    std::uint64_t value = 0;
    for (const auto byte : bytes)
      value = value << 8 | byte;
    if (value < limit) return static_cast<std::size_t>(value % bound);
  }
}

std::string random_hex(std::size_t digits) {
  return random_of("0123456789abcdef", digits);
}

std::string random_alphanumeric(std::size_t length) {
  return random_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", length);
}

std::string random_uuid() {
  std::string text = random_hex(32);
  text[12] = '4';
  text[16] = "89ab"[static_cast<std::size_t>(text[16]) % 4];
  for (const std::size_t at : {8U, 13U, 18U, 23U})
    text.insert(at, "-");
  return text;
}

}  // namespace bot
