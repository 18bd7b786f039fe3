#include "server/webhooks/signature.hpp"

#include <gtest/gtest.h>

namespace bot::webhooks {
namespace {

// The value comes from `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec_test`.
TEST(WebhookSignature, CoversTimestampAndBody) {
  EXPECT_EQ(sign("whsec_test", 1700000000, R"({"a":1})"),
            "sha256=38877139021993b830af32feea6e18a8da83eb2f6e49ee50bd9e4cf4ca4d3789");
  EXPECT_NE(sign("whsec_test", 1700000001, R"({"a":1})"),
            sign("whsec_test", 1700000000, R"({"a":1})"));
  EXPECT_NE(sign("whsec_test", 1700000000, R"({"a":2})"),
            sign("whsec_test", 1700000000, R"({"a":1})"));
}

TEST(WebhookSignature, SecretsAreLongAndDiffer) {
  EXPECT_EQ(make_secret().size(), 46U);
  EXPECT_NE(make_secret(), make_secret());
}

}  // namespace
}  // namespace bot::webhooks
