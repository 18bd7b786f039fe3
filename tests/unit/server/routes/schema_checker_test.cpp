#include "tests/unit/server/routes/schema_checker.hpp"

#include <gtest/gtest.h>

namespace bot::routes {
namespace {

using types::Json;

const Json& document() {
  static const Json made = Json::parse(R"({"components":{"schemas":{"Pet":{
    "type":"object","required":["name"],
    "properties":{"name":{"type":"string","minLength":1,"maxLength":5},
                  "age":{"type":["integer","null"],"minimum":0},
                  "kind":{"enum":["cat","dog"]},
                  "born":{"type":"string","format":"date-time"},
                  "toys":{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"number"}]}}
                 }}}}})");
  return made;
}

std::vector<std::string> check(const std::string& value) {
  const auto pet = Json::parse(R"({"$ref":"#/components/schemas/Pet"})");
  return mismatches(document(), pet, Json::parse(value));
}

TEST(SchemaChecker, LetsPassWhatFits) {
  EXPECT_EQ(check(R"({"name":"Tom"})"), std::vector<std::string>{});
  EXPECT_EQ(check(R"({"name":"Tom","age":null,"kind":"cat","toys":["ball",1.5],
                      "born":"2025-11-21T21:20:00.000Z"})"),
            std::vector<std::string>{});
}

TEST(SchemaChecker, SaysWhatDoesNotFit) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"([])", R"(the body: [] is not of type "object")"},
      {R"({})", R"(the body: has no "name")"},
      {R"({"name":7})", R"(.name: 7 is not of type "string")"},
      {R"({"name":""})", ".name: is too short"},
      {R"({"name":"Thomas"})", ".name: is too long"},
      {R"({"name":"Tom","age":-1})", ".age: -1 is too small"},
      {R"({"name":"Tom","age":1.5})", R"(.age: 1.5 is not of type ["integer","null"])"},
      {R"({"name":"Tom","kind":"cow"})", R"(.kind: "cow" is none of ["cat","dog"])"},
      {R"({"name":"Tom","born":"yesterday"})", ".born: yesterday is no RFC 3339 time in UTC"},
      {R"({"name":"Tom","toys":[true]})",
       R"(.toys[0]: fits no option: .toys[0]: true is not of type "string"; )"
       R"(.toys[0]: true is not of type "number")"},
      {R"({"name":"Tom","wings":2})", "the body: holds wings, which is not documented"},
  };
  for (const auto& [value, expected] : cases)
    EXPECT_EQ(check(value), std::vector<std::string>{expected}) << value;
}

TEST(SchemaChecker, RefusesRulesThatItDoesNotKnow) {
  EXPECT_EQ(mismatches(document(), Json::parse(R"({"pattern":"^a"})"), "b").size(), 1U);
  EXPECT_EQ(mismatches(document(), Json::parse(R"({"format":"uri"})"), "b").size(), 1U);
}

}  // namespace
}  // namespace bot::routes
