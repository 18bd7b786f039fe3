#include "server/http/tls.hpp"

#include <gtest/gtest.h>

#include <ctime>

#include "tests/fakes/client/certificate.hpp"

namespace bot::http {
namespace {

using client::Certificate;

std::string refusal(const PemPair& pair) {
  const auto made = TlsIdentity::make(pair);
  if (made) return "";
  EXPECT_EQ(made.error().code, Errc::invalid_argument);
  EXPECT_NE(made.error().hint, "");
  return made.error().message;
}

TEST(TlsIdentity, RefusesWhatIsNoPairAndSaysWhichIsAtFault) {
  const Certificate one("DNS:one.example");
  const Certificate other("DNS:other.example");
  EXPECT_NE(refusal({"", one.key_pem()}).find("the certificate"), std::string::npos);
  EXPECT_NE(refusal({"nonsense", one.key_pem()}).find("the certificate"), std::string::npos);
  EXPECT_NE(refusal({one.key_pem(), one.key_pem()}).find("the certificate"), std::string::npos);
  EXPECT_NE(refusal({one.pem(), ""}).find("the key is not readable"), std::string::npos);
  EXPECT_NE(refusal({one.pem(), one.pem()}).find("the key is not readable"), std::string::npos);
  EXPECT_EQ(refusal({one.pem(), other.key_pem()}), "the key does not belong to the certificate");
  EXPECT_NE(refusal({one.pem(), one.key_pem("secret")}).find("encrypted"), std::string::npos);
}

TEST(TlsIdentity, RefusesAKeyOfAnotherTypeThanTheCertificates) {
  const Certificate curve("DNS:one.example");
  const Certificate rsa("DNS:one.example", 3600, client::KeyType::rsa);
  EXPECT_EQ(refusal({curve.pem(), rsa.key_pem()}), "the key does not belong to the certificate");
  EXPECT_EQ(refusal({rsa.pem(), curve.key_pem()}), "the key does not belong to the certificate");
  EXPECT_EQ(refusal({rsa.pem() + curve.pem(), curve.key_pem()}),
            "the key does not belong to the certificate");
  const auto identity = TlsIdentity::make({rsa.pem(), rsa.key_pem()});
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_TRUE((*identity)->covers("one.example"));
}

TEST(TlsIdentity, NeverShowsTheKeyInARefusal) {
  const Certificate one("DNS:one.example");
  const Certificate other("DNS:other.example");
  const auto made = TlsIdentity::make({one.pem(), other.key_pem()});
  ASSERT_FALSE(made);
  const auto secret = other.key_pem().substr(40, 20);
  EXPECT_EQ((made.error().message + made.error().hint).find(secret), std::string::npos);
}

TEST(TlsIdentity, KnowsItsNames) {
  const Certificate certificate("DNS:bots.example,DNS:*.wild.example,IP:127.0.0.1,IP:::1");
  const auto identity = *TlsIdentity::make({certificate.pem(), certificate.key_pem()});
  EXPECT_TRUE(identity->covers("bots.example"));
  EXPECT_TRUE(identity->covers("a.wild.example"));
  EXPECT_TRUE(identity->covers("127.0.0.1"));
  EXPECT_TRUE(identity->covers("::1"));
  EXPECT_FALSE(identity->covers("localhost"));
  EXPECT_FALSE(identity->covers("192.0.2.1"));
  EXPECT_EQ(identity->names(), std::vector<std::string>{"bots.example"});
}

TEST(TlsIdentity, KnowsWhenItExpires) {
  const Certificate past("DNS:bots.example", -60);
  const auto identity = *TlsIdentity::make({past.pem(), past.key_pem()});
  EXPECT_NEAR(
      static_cast<double>(identity->expires_at()), static_cast<double>(std::time(nullptr) - 60), 5);
}

}  // namespace
}  // namespace bot::http
