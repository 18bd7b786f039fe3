#include "drivers/crypto.hpp"

#include <gtest/gtest.h>

namespace bot {
namespace {

// FIPS 180-4 and RFC 4231.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(HmacSha256, GivesThePublishedDigests) {
  EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_sha256_hex(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST(HmacSha256, TakesAnEmptyKeyAsEmpty) {
  const auto after_another_key = (hmac_sha256_hex("other", "x"), hmac_sha256_hex({}, "x"));

  EXPECT_EQ(after_another_key, hmac_sha256_hex("", "x"));
  EXPECT_NE(after_another_key, hmac_sha256_hex("other", "x"));
}

}  // namespace
}  // namespace bot
