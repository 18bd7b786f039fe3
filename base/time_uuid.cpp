#include "base/time_uuid.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

#include "base/ids.hpp"

namespace bot {

std::string time_uuid(UnixMillis now) {
  constexpr std::uint64_t low_48_bits = 0xffffffffffff;
  std::array<char, 16> time{};
  std::snprintf(time.data(),
                time.size(),
                "%012llx",
                static_cast<unsigned long long>(static_cast<std::uint64_t>(now) & low_48_bits));
  const std::string millis(time.data());
  auto uuid = random_uuid();
  uuid.replace(0, 8, millis, 0, 8);
  uuid.replace(9, 4, millis, 8, 4);
  uuid[14] = '7';
  return uuid;
}

}  // namespace bot
