#include "server/routes/stored_json.hpp"

#include <gtest/gtest.h>

namespace bot::routes {
namespace {

using types::Json;

const std::string usual =
    R"({"name":"Wöchentlich","phase":null,"n":[1,-2.5e+3,0,[]],"ok":true,"no":false,"o":{},)"
    R"("status_transition":[{"from":null,"to":"reserved","reason":"a \"b\" \\ \u001f"}]})";

TEST(StoredJson, KnowsWhatTheServerWrites) {
  EXPECT_TRUE(is_compact_object("{}"));
  EXPECT_TRUE(is_compact_object(usual));
  EXPECT_TRUE(is_compact_object(types::dump(Json::parse(usual))));
}

TEST(StoredJson, IsNotSureOfAnythingElse) {
  for (const auto* text : {"",
                           "[]",
                           "null",
                           "{",
                           "}",
                           "{}x",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{,\"a\":1}",
                           "{\"a\":01}",
                           "{\"a\":1.}",
                           "{\"a\":.5}",
                           "{\"a\":-}",
                           "{\"a\":1e}",
                           "{\"a\":nul}",
                           "{\"a\":\"\n\"}",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\u12\"}",
                           "{\"a\":\"\\ud800\"}",
                           "{\"a\":\"\xff\"}",
                           "{\"a\":\"",
                           "{\"a\":\"\\",
                           "{\"a\":[1,]}"}) {
    EXPECT_FALSE(is_compact_object(text)) << text;
  }
  EXPECT_FALSE(is_compact_object(std::string(5000, '{')));
}

// Whatever a byte becomes: what the scanner lets pass, the parser reads.
TEST(StoredJson, LetsNothingPassThatTheParserRefuses) {
  for (std::size_t at = 0; at < usual.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      auto changed = usual;
      changed[at] = static_cast<char>(byte);
      if (is_compact_object(changed)) {
        EXPECT_TRUE(Json::accept(changed)) << changed;
      }
    }
    const auto cut = usual.substr(0, at);
    EXPECT_FALSE(is_compact_object(cut)) << cut;
  }
}

TEST(StoredJson, PassesObjectsOnAndShowsAnEmptyOneForDamage) {
  EXPECT_EQ(stored_text(usual).text, usual);
  EXPECT_EQ(stored_text("{ \"a\" : \"\\u00e9\" }").text, "{\"a\":\"é\"}");
  EXPECT_EQ(stored_text("[1]").text, "{}");
  EXPECT_EQ(stored_text("{\"a\":").text, "{}");
}

}  // namespace
}  // namespace bot::routes
