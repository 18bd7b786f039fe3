#include "server/webhooks/target.hpp"

#include <gtest/gtest.h>

namespace bot::webhooks {
namespace {

constexpr auto refuse_private = PrivateTargets::refused;
constexpr auto allow_private = PrivateTargets::allowed;

class PrivateAddress : public testing::TestWithParam<const char*> {};
TEST_P(PrivateAddress, IsRefused) {
  EXPECT_TRUE(is_private_address(GetParam()));
}
INSTANTIATE_TEST_SUITE_P(Table,
                         PrivateAddress,
                         testing::Values("0.0.0.0",
                                         "0.1.2.3",
                                         "10.0.0.1",
                                         "10.255.255.255",
                                         "100.64.0.1",
                                         "100.127.255.255",
                                         "127.0.0.1",
                                         "127.255.0.9",
                                         "169.254.169.254",
                                         "172.16.0.1",
                                         "172.31.255.255",
                                         "192.0.0.8",
                                         "192.0.2.1",
                                         "192.168.1.1",
                                         "198.18.0.1",
                                         "198.19.255.255",
                                         "198.51.100.3",
                                         "203.0.113.7",
                                         "224.0.0.1",
                                         "255.255.255.255",
                                         "::",
                                         "::1",
                                         "::ffff:10.0.0.1",
                                         "::ffff:127.0.0.1",
                                         "::127.0.0.1",
                                         "64:ff9b::a00:1",
                                         "64:ff9b:1::1",
                                         "2002:7f00:1::",
                                         "2002:c0a8:101::1",
                                         "2001::1",
                                         "2001:db8::1",
                                         "fc00::1",
                                         "fd12:3456::1",
                                         "fe80::1",
                                         "fe80::1%eth0",
                                         "fec0::1",
                                         "ff02::1",
                                         "100::1",
                                         "5f00::1",
                                         "nonsense",
                                         ""));

class PublicAddress : public testing::TestWithParam<const char*> {};
TEST_P(PublicAddress, IsAllowed) {
  EXPECT_FALSE(is_private_address(GetParam()));
}
INSTANTIATE_TEST_SUITE_P(Table,
                         PublicAddress,
                         testing::Values("1.1.1.1",
                                         "8.8.8.8",
                                         "100.63.255.255",
                                         "100.128.0.1",
                                         "172.15.0.1",
                                         "172.32.0.1",
                                         "192.167.1.1",
                                         "223.255.255.254",
                                         "2606:4700:4700::1111",
                                         "2a00:1450:4001::1",
                                         "::ffff:8.8.8.8",
                                         "64:ff9b::808:808",
                                         "2002:808:808::1"));

class RefusedUrl : public testing::TestWithParam<const char*> {};
TEST_P(RefusedUrl, IsRefusedWithASentence) {
  const auto target = validate_webhook_url(GetParam(), refuse_private);
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code, Errc::invalid_argument);
  EXPECT_FALSE(target.error().message.empty());
}
INSTANTIATE_TEST_SUITE_P(Table,
                         RefusedUrl,
                         testing::Values("",
                                         "example.com/hook",
                                         "ftp://example.com/",
                                         "file:///etc/passwd",
                                         "gopher://example.com/",
                                         "https://",
                                         "https:///path",
                                         "https://user:pw@example.com/",
                                         "https://example.com@127.0.0.1/",
                                         "https://exa mple.com/",
                                         "https://example.com\\@127.0.0.1/",
                                         "https://example.com/\r\nHost: x",
                                         "https://example.com:0/",
                                         "https://example.com:99999/",
                                         "https://example.com:port/",
                                         "http://localhost/",
                                         "http://LOCALHOST./",
                                         "http://foo.localhost/",
                                         "http://printer.local/",
                                         "http://metadata.google.internal/",
                                         "http://127.0.0.1/",
                                         "http://127.1/",
                                         "http://2130706433/",
                                         "http://0x7f000001/",
                                         "http://0x7f.1/",
                                         "http://0177.0.0.1/",
                                         "http://169.254.169.254/latest",
                                         "http://[::1]/",
                                         "http://[::ffff:10.0.0.1]/",
                                         "http://[fe80::1]/",
                                         "http://[fe80::1%25eth0]/",
                                         "http://[::1/",
                                         "http://[::1]x/"));

TEST(WebhookUrl, TooLongIsRefused) {
  EXPECT_FALSE(
      validate_webhook_url("https://example.com/" + std::string(3000, 'a'), refuse_private));
}

TEST(WebhookUrl, PublicOnesAreReadWhole) {
  const auto target = validate_webhook_url("HTTPS://Hooks.Example.com:8443/a?b#c", refuse_private);
  ASSERT_TRUE(target);
  EXPECT_EQ(target->host, "hooks.example.com");
  EXPECT_EQ(target->port, 8443);
  EXPECT_EQ(target->scheme, Target::Scheme::https);
  EXPECT_EQ(validate_webhook_url("http://example.com", refuse_private)->port, 80);
  EXPECT_EQ(validate_webhook_url("https://[2606:4700::1111]/", refuse_private)->host,
            "2606:4700::1111");
}

TEST(WebhookUrl, PrivateOnesCanBeAllowed) {
  EXPECT_TRUE(validate_webhook_url("http://127.0.0.1:9000/hook", allow_private));
  EXPECT_TRUE(validate_webhook_url("http://localhost/hook", allow_private));
  EXPECT_FALSE(validate_webhook_url("file:///etc/passwd", allow_private));
}

TEST(WebhookTarget, NameWithAPrivateAddressIsRefusedAtDelivery) {
  const Target local{Target::Scheme::http, "localhost", 80};
  const auto refused = resolve_target(local, refuse_private);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::forbidden);
  EXPECT_TRUE(resolve_target(local, allow_private));
}

}  // namespace
}  // namespace bot::webhooks
