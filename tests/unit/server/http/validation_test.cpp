#include "server/http/validation.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace bot::http {
namespace {

using nlohmann::json;

Request with_body(std::string body, std::string content_type = "application/json") {
  Request request;
  request.body = std::move(body);
  if (!content_type.empty()) request.headers = {{"Content-Type", std::move(content_type)}};
  return request;
}

json detail_of(const Error& error) {
  EXPECT_EQ(error.code, Errc::invalid_argument) << error.message;
  return json::parse(error.detail_json);
}

// The single entry of the 422 for this body.
json refusal_of_body(const std::string& body) {
  const auto parsed = parse_body(with_body(body));
  if (parsed) return "accepted";
  const auto list = detail_of(parsed.error());
  EXPECT_EQ(list.size(), 1U);
  return list.at(0);
}

TEST(ParseBody, ReadsAnObject) {
  const auto parsed = parse_body(with_body(R"({"a":[1,{"b":null}],"c":"é"})"));

  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->at("c"), "é");
}

TEST(ParseBody, TakesJsonMediaTypesOnly) {
  for (const auto* type : {"application/json",
                           "Application/JSON; charset=utf-8",
                           "application/json;charset=UTF-8",
                           "application/vnd.api+json",
                           ""}) {
    EXPECT_TRUE(parse_body(with_body("{}", type))) << type;
  }
  for (const auto* type : {"text/plain",
                           "application/x-www-form-urlencoded",
                           "application/jsonx",
                           "json",
                           "text/html; application/json",
                           "multipart/form-data"}) {
    const auto parsed = parse_body(with_body("{}", type));
    ASSERT_FALSE(parsed) << type;
    EXPECT_EQ(parsed.error().code, Errc::unsupported_media) << type;
  }
}

TEST(ParseBody, RefusesWhatIsNoObject) {
  const json missing = {
      {"loc", {"body"}}, {"msg", "field required"}, {"type", "value_error.missing"}};
  const json no_dict = {
      {"loc", {"body"}}, {"msg", "value is not a valid dict"}, {"type", "type_error.dict"}};

  EXPECT_EQ(refusal_of_body(""), missing);
  EXPECT_EQ(refusal_of_body(" \n"), missing);
  EXPECT_EQ(refusal_of_body("null"), missing);
  for (const auto* body : {"[]", "5", "\"text\"", "true", "1.5e3"})
    EXPECT_EQ(refusal_of_body(body), no_dict) << body;
}

TEST(ParseBody, SaysWhereTheJsonBreaks) {
  const auto entry = refusal_of_body("{\"a\": 1,\n \"b\": }");

  EXPECT_EQ(entry.at("loc"), json::parse(R"(["body",15])"));
  EXPECT_EQ(entry.at("type"), "value_error.jsondecode");
  EXPECT_EQ(entry.at("ctx").at("lineno"), 2);
  EXPECT_EQ(entry.at("ctx").at("colno"), 7);
  EXPECT_EQ(entry.at("msg"), "Expecting value: line 2 column 7 (char 15)");
}

TEST(ParseBody, RefusesBrokenAndHostileText) {
  const std::string deep(100'000, '[');
  for (const auto& body : {std::string("{\"platform\":"),
                           std::string("{"),
                           std::string("{'a':1}"),
                           std::string("{\"a\":1}x"),
                           std::string("{\"a\":\"\x01\"}"),
                           std::string("{\"a\":\"\xFF\xFE\"}"),
                           std::string("\0\0", 2),
                           std::string("{\"a\":1e999}"),
                           std::string("{\"a\":\"\\ud800\"}"),
                           std::string("\xEF\xBB\xBF"),
                           deep,
                           R"({"a":)" + deep}) {
    const auto entry = refusal_of_body(body);
    EXPECT_TRUE(entry.is_object() && entry.at("loc").at(0) == "body") << body.substr(0, 20);
  }
}

TEST(ParseBody, CountsNestingOutsideStringsOnly) {
  const std::string open(63, '[');
  const std::string close(63, ']');

  EXPECT_TRUE(parse_body(with_body("{\"a\":" + open + close + "}")));
  EXPECT_FALSE(parse_body(with_body("{\"a\":[" + open + close + "]}")));
  EXPECT_TRUE(parse_body(with_body("{\"a\":\"" + std::string(200, '[') + "\\\"[\"}")));
}

TEST(ParseBody, LetsAnOptionalBodyBeAbsent) {
  EXPECT_EQ(*parse_body(with_body("", "text/plain"), BodyNeed::optional), json::object());
  EXPECT_FALSE(parse_body(with_body("[]"), BodyNeed::optional));
}

TEST(BodyReader, ReadsWhatIsThere) {
  const auto body = json::parse(
      R"({"s":"x","i":-5,"b":false,"n":1.5,"e":"zoom","o":{"k":1},"l":["a","b"],"z":null})");
  BodyReader reader(body);

  EXPECT_EQ(reader.required_string("s"), "x");
  EXPECT_EQ(reader.optional_string("z"), std::nullopt);
  EXPECT_EQ(reader.optional_string("absent"), std::nullopt);
  EXPECT_EQ(reader.required_int("i"), -5);
  EXPECT_EQ(reader.optional_int("i"), -5);
  EXPECT_EQ(reader.optional_bool("b"), false);
  EXPECT_EQ(reader.optional_number("n"), 1.5);
  EXPECT_EQ(reader.required_enum("e", {"google_meet", "zoom"}), "zoom");
  EXPECT_EQ(reader.required_object("o")->at("k"), 1);
  EXPECT_EQ(reader.optional_string_list("l"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(reader.has("z"));
  EXPECT_TRUE(reader.is_null("z"));
  EXPECT_FALSE(reader.has("absent"));
  EXPECT_TRUE(reader.status());
}

TEST(BodyReader, NamesEachMistakeInItsForm) {
  struct Case {
    std::string body;
    void (*read)(BodyReader&);
    std::string entry;
  };
  const std::vector<Case> cases = {
      {R"({})",
       [](BodyReader& r) { r.required_string("f"); },
       R"({"loc":["body","f"],"msg":"field required","type":"value_error.missing"})"},
      {R"({"f":null})",
       [](BodyReader& r) { r.required_string("f"); },
       R"({"loc":["body","f"],"msg":"none is not an allowed value",
           "type":"type_error.none.not_allowed"})"},
      {R"({"f":5})",
       [](BodyReader& r) { r.optional_string("f"); },
       R"({"loc":["body","f"],"msg":"str type expected","type":"type_error.str"})"},
      {R"({"f":"5"})",
       [](BodyReader& r) { r.required_int("f"); },
       R"({"loc":["body","f"],"msg":"value is not a valid integer","type":"type_error.integer"})"},
      {R"({"f":18446744073709551615})",
       [](BodyReader& r) { r.optional_int("f"); },
       R"({"loc":["body","f"],"msg":"value is not a valid integer","type":"type_error.integer"})"},
      {R"({"f":99999999999999999999999})",
       [](BodyReader& r) { r.optional_int("f"); },
       R"({"loc":["body","f"],"msg":"value is not a valid integer","type":"type_error.integer"})"},
      {R"({"f":-1})",
       [](BodyReader& r) { r.optional_int("f", {.least = 0}); },
       R"({"loc":["body","f"],"msg":"ensure this value is greater than or equal to 0",
           "type":"value_error.number.not_ge","ctx":{"limit_value":0}})"},
      {R"({"f":11})",
       [](BodyReader& r) { r.optional_int("f", {.most = 10}); },
       R"({"loc":["body","f"],"msg":"ensure this value is less than or equal to 10",
           "type":"value_error.number.not_le","ctx":{"limit_value":10}})"},
      {R"({"f":"x"})",
       [](BodyReader& r) { r.optional_bool("f"); },
       R"({"loc":["body","f"],"msg":"value could not be parsed to a boolean",
           "type":"type_error.bool"})"},
      {R"({"f":"x"})",
       [](BodyReader& r) { r.optional_number("f"); },
       R"({"loc":["body","f"],"msg":"value is not a valid float","type":"type_error.float"})"},
      {R"({"f":"skype"})",
       [](BodyReader& r) {
         r.required_enum("f", {"google_meet", "zoom", "teams"});
       },
       R"({"loc":["body","f"],"msg":"value is not a valid enumeration member; permitted: 'google_meet', 'zoom', 'teams'",
           "type":"type_error.enum","ctx":{"enum_values":["google_meet","zoom","teams"]}})"},
      {R"({"f":[]})",
       [](BodyReader& r) { r.optional_enum("f", {"a"}); },
       R"({"loc":["body","f"],"msg":"value is not a valid enumeration member; permitted: 'a'",
           "type":"type_error.enum","ctx":{"enum_values":["a"]}})"},
      {R"({"f":[]})",
       [](BodyReader& r) { r.required_object("f"); },
       R"({"loc":["body","f"],"msg":"value is not a valid dict","type":"type_error.dict"})"},
      {R"({"f":{}})",
       [](BodyReader& r) { r.optional_list("f"); },
       R"({"loc":["body","f"],"msg":"value is not a valid list","type":"type_error.list"})"},
      {R"({"f":["a",5]})",
       [](BodyReader& r) { r.optional_string_list("f"); },
       R"({"loc":["body","f",1],"msg":"str type expected","type":"type_error.str"})"},
      {R"({"f":"x"})",
       [](BodyReader& r) { r.refuse("f", "too odd"); },
       R"({"loc":["body","f"],"msg":"too odd","type":"value_error"})"},
  };
  for (const auto& [text, read, entry] : cases) {
    const auto body = json::parse(text);
    BodyReader reader(body);

    read(reader);

    const auto status = reader.status();
    ASSERT_FALSE(status) << text;
    EXPECT_EQ(detail_of(status.error()), json::array({json::parse(entry)})) << text;
    EXPECT_TRUE(reader.refused("f"));
    EXPECT_FALSE(reader.refused("g"));
  }
}

TEST(BodyReader, ReportsAllMistakesTogether) {
  const auto body = json::parse(R"({"a":1})");
  BodyReader reader(body, {"body", "data"});

  reader.required_string("a");
  reader.required_string("b");

  const auto status = reader.status();
  ASSERT_FALSE(status);
  const auto list = detail_of(status.error());
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[1].at("loc"), json::parse(R"(["body","data","b"])"));
  EXPECT_EQ(status.error().message, "body.data.a: str type expected");
}

Request with_number(std::string text) {
  Request request;
  request.params = {{"id", text}};
  request.query = "id=" + text;
  return request;
}

TEST(PathInt, TakesOurNumbersOnly) {
  EXPECT_EQ(*path_int(with_number("0"), "id"), 0);
  EXPECT_EQ(*path_int(with_number("9223372036854775807"), "id"), INT64_MAX);
  for (const auto* text : {"abc",
                           "",
                           "1.5",
                           "0x10",
                           " 1",
                           "1 ",
                           "9223372036854775808",
                           "99999999999999999999",
                           "--1"}) {
    const auto number = path_int(with_number(text), "id");
    ASSERT_FALSE(number) << text;
    EXPECT_EQ(detail_of(number.error()),
              json::parse(R"([{"loc":["path","id"],"msg":"value is not a valid integer",
                               "type":"type_error.integer"}])"));
  }
  const auto negative = path_int(with_number("-1"), "id");
  EXPECT_EQ(detail_of(negative.error())[0].at("msg"),
            "ensure this value is greater than or equal to 0");
}

TEST(QueryInt, FallsBackAndKeepsToItsRange) {
  EXPECT_EQ(*query_int(Request{}, "id", 100), 100);
  EXPECT_EQ(*query_int(with_number("5"), "id", 100), 5);
  EXPECT_EQ(*query_optional_int(Request{}, "id"), std::nullopt);
  EXPECT_EQ(*query_optional_int(with_number("5"), "id"), 5);
  const auto negative = query_int(with_number("-1"), "id", 100);
  ASSERT_FALSE(negative);
  EXPECT_EQ(detail_of(negative.error())[0].at("loc"), json::parse(R"(["query","id"])"));
  const auto large = query_int(with_number("5000"), "id", 100, {.least = 0, .most = 1000});
  ASSERT_FALSE(large);
  EXPECT_EQ(detail_of(large.error())[0].at("ctx").at("limit_value"), 1000);
  EXPECT_FALSE(query_int(with_number("x"), "id", 100));
}

TEST(QueryEnum, TakesPermittedWordsOnly) {
  EXPECT_EQ(*query_enum(Request{}, "id", {"a"}), std::nullopt);
  EXPECT_EQ(*query_enum(with_number("a"), "id", {"a", "b"}), "a");
  const auto wrong = query_enum(with_number("c"), "id", {"a", "b"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(detail_of(wrong.error())[0].at("type"), "type_error.enum");
}

TEST(BodyReader, CountsCharactersAndNotBytes) {
  const auto body = nlohmann::json::object();
  BodyReader reader(body);
  reader.limit_length("absent", std::nullopt, 0);
  reader.limit_length("fits", "\u00e4\u00f6\u00fc", 3);
  EXPECT_TRUE(reader.status());
  reader.limit_length("long", "\u00e4\u00f6\u00fcx", 3);
  EXPECT_EQ(reader.status().error().message,
            "body.long: ensure this value has at most 3 characters");
}

}  // namespace
}  // namespace bot::http
