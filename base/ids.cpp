#include "base/ids.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace bot {
namespace {

template <std::size_t Size>
std::array<unsigned char, Size> random_bytes() {
  std::array<unsigned char, Size> bytes{};
  std::size_t have = 0;
  while (have < Size) {
    const auto got = getrandom(bytes.data() + have, Size - have, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw std::runtime_error("the kernel gave no random bytes");
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string random_of(std::string_view alphabet, std::size_t length) {
  std::string text;
  text.reserve(length);
  while (text.size() < length)
    text += alphabet[random_below(alphabet.size())];
  return text;
}

}  // namespace

std::size_t random_below(std::size_t bound) {
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  for (;;) {
    std::uint64_t value = 0;
    for (const auto byte : random_bytes<8>())
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
  text[16] = "89ab"[random_below(4)];
  for (const std::size_t at : {8U, 13U, 18U, 23U})
    text.insert(at, "-");
  return text;
}

}  // namespace bot
