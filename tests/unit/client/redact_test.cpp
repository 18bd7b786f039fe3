#include "client/http/redact.hpp"

#include <gtest/gtest.h>

#include <string>

namespace bot::client {
namespace {

TEST(Redact, KeyHeadersAreBlankedInAnyCase) {
  const Headers headers{{"x-api-key", "abcdefgh1"},
                        {"X-Admin-API-Key", "abcdefgh2"},
                        {"AUTHORIZATION", "Bearer abcdefgh3"},
                        {"Accept", "application/json"}};
  const Headers expected{{"x-api-key", "***"},
                         {"X-Admin-API-Key", "***"},
                         {"AUTHORIZATION", "***"},
                         {"Accept", "application/json"}};
  EXPECT_EQ(Redactor().headers(headers), expected);
}

TEST(Redact, AKnownKeyIsBlankedWhereverItStands) {
  Redactor redactor;
  redactor.add_secret("super-secret-key");
  EXPECT_EQ(redactor.text("he said super-secret-key twice: super-secret-key"),
            "he said *** twice: ***");
  EXPECT_EQ(redactor.body(R"({"note":"super-secret-key"})"), R"({"note":"***"})");
  EXPECT_EQ(redactor.headers({{"X-Echo", "super-secret-key"}})[0].second, "***");
  EXPECT_EQ(redactor.target("/x/super-secret-key"), "/x/***");
}

TEST(Redact, AShortValueIsNotSearchedFor) {
  Redactor redactor;
  redactor.add_secret("a");
  redactor.add_secret("");
  EXPECT_EQ(redactor.text("banana"), "banana");
}

TEST(Redact, AKeyInAQueryIsBlanked) {
  EXPECT_EQ(Redactor().target("/ws?api_key=abc&x=1&token=t"), "/ws?api_key=***&x=1&token=***");
  EXPECT_EQ(Redactor().target("/meetings?limit=1"), "/meetings?limit=1");
}

TEST(Redact, SecretMembersOfJsonAreBlanked) {
  Redactor redactor;
  EXPECT_EQ(redactor.body(R"({"id":1,"token":"abc\"def","name":"token"})"),
            R"({"id":1,"token":"***","name":"token"})");
  EXPECT_EQ(redactor.body(R"([{ "Secret" : "s" }, {"passcode":null,"api_key":""}])"),
            R"([{ "Secret" : "***" }, {"passcode":null,"api_key":"***"}])");
}

TEST(Redact, ABrokenOffBodyHidesItsSecretToo) {
  EXPECT_EQ(Redactor().body(R"({"id":1,"token":"abcdef)"), R"({"id":1,"token":"***)");
  EXPECT_EQ(Redactor().body(R"({"token)"), R"({"token)");
  EXPECT_EQ(Redactor().body(R"({"token":)"), R"({"token":)");
  EXPECT_EQ(Redactor().body("\""), "\"");
  EXPECT_EQ(Redactor().body(R"("\)"), R"("\)");
}

TEST(Redact, ATokenThatPassedByIsKnownFromThenOn) {
  Redactor redactor;
  redactor.body(R"({"token":"minted-during-the-run"})");
  EXPECT_EQ(redactor.text("key minted-during-the-run is bad"), "key *** is bad");
}

}  // namespace
}  // namespace bot::client
