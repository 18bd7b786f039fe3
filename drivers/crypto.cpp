#include "drivers/crypto.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/fault.hpp"

namespace bot {
namespace {

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string to_hex(const Digest& digest, std::size_t length) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * length);
  for (std::size_t i = 0; i < length; ++i) {
    hex += digits[digest[i] >> 4U];
    hex += digits[digest[i] & 15U];
  }
  return hex;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Digest digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1)
    throw Fault("the crypto library gave no SHA-256 digest");
  return to_hex(digest, length);
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  Digest digest{};
  unsigned int length = 0;
  // A null key would mean "the key of the call before".
  const char* key_data = key.empty() ? "" : key.data();
  if (HMAC(EVP_sha256(),
           key_data,
           static_cast<int>(key.size()),
           bytes_of(bytes),
           bytes.size(),
           digest.data(),
           &length) == nullptr)
    throw Fault("the crypto library gave no HMAC");
  return to_hex(digest, length);
}

}  // namespace bot
