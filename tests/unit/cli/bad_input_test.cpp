// Whatever a server sends: one line that says what, the right exit code, and no escape sequence.
#include <gtest/gtest.h>

#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

struct Bad {
  std::string name;
  int status;
  std::string body;
  int code;
  std::string message;
};

void PrintTo(const Bad& bad, std::ostream* out) {
  *out << bad.name;
}

class BadAnswer : public testing::TestWithParam<Bad> {};

TEST_P(BadAnswer, IsOneSentenceAndTheRightCode) {
  Program program;
  program.server().answer(GetParam().status, GetParam().body);

  const auto ran = program.run({"users", "list"});

  EXPECT_EQ(ran.code, GetParam().code) << ran.err;
  EXPECT_EQ(ran.out, "");
  EXPECT_NE(ran.err.find(GetParam().message), std::string::npos) << ran.err;
  EXPECT_LE(std::count(ran.err.begin(), ran.err.end(), '\n'), 3) << ran.err;
  EXPECT_EQ(ran.err.find('\x1b'), std::string::npos);
  EXPECT_LT(ran.err.size(), 4096U);
}

INSTANTIATE_TEST_SUITE_P(
    All,
    BadAnswer,
    testing::Values(
        Bad{"Html", 200, "<!doctype html><html><body>Welcome</body></html>", 3, "JSON"},
        Bad{"HtmlError", 502, "<html><h1>Bad Gateway</h1></html>", 1, "502"},
        Bad{"Truncated", 200, R"([{"id":1,"email":"a)", 3, "JSON"},
        Bad{"Empty", 200, "", 3, "JSON"},
        Bad{"WrongShape", 200, R"({"users":[]})", 3, "users"},
        Bad{"WrongTypes", 200, R"([{"id":"one"}])", 3, "users"},
        Bad{"WrongKey", 401, R"({"detail":"Invalid admin key"})", 4, "Invalid admin key"},
        Bad{"PlainText500", 500, "Internal Server Error", 1, "Internal Server Error"},
        Bad{"ControlCharactersInDetail", 409, R"({"detail":"a\u001b[2Jb\nc"})", 6, "a\\x1b[2Jb"},
        Bad{"HugeDetail", 400, R"({"detail":")" + std::string(100'000, 'x') + "\"}", 1, "xxx"},
        Bad{"Redirect", 302, "", 3, "302"}),
    [](const auto& each) { return each.param.name; });

TEST(BadAnswers, NoServerIsExitThree) {
  Program program;
  program.server().fail({.code = Errc::unreachable, .message = "Connection refused"});

  EXPECT_EQ(program.run({"health"}).code, 3);
}

TEST(BadAnswers, UnknownStatesAndFieldsAreShown) {
  Program program;
  auto meeting = body::meeting("levitating");
  meeting.insert(1, R"("brand_new":{"deep":[1]},)");
  program.server().answer(200, body::meetings({meeting}));

  const auto ran = program.run({"meetings", "list"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("levitating"), std::string::npos);
}

TEST(BadAnswers, ControlCharactersInDataStayData) {
  Program program;
  const auto evil = body::user(1, R"(a\u001b]0;x\u0007\u202e\tb\n@example.com)");
  program.server().always("GET /admin/users", 200, '[' + evil + ']');

  const auto tsv = program.run({"users", "list"});
  EXPECT_EQ(tsv.lines().size(), 1U);
  EXPECT_EQ(std::count(tsv.out.begin(), tsv.out.end(), '\t'), 4);

  program.environment["BOTCTL_FORCE_TTY"] = "200";
  program.environment["NO_COLOR"] = "1";
  for (const auto* format : {"table", "json"}) {
    const auto ran = program.run({"users", "list", "-o", format});
    EXPECT_EQ(ran.out.find('\x1b'), std::string::npos) << format;
    EXPECT_EQ(ran.out.find("\xE2\x80\xAE"), std::string::npos) << format;
  }
}

TEST(BadAnswers, TenThousandRowsAreAllThere) {
  Program program;
  std::vector<std::string> rows;
  for (int id = 1; id <= 10'000; ++id)
    rows.push_back(body::meeting("completed", id));
  program.server().always("GET /meetings", 200, body::meetings(rows));

  EXPECT_EQ(program.run({"meetings", "list"}).lines().size(), 10'000U);
  EXPECT_EQ(program.run({"meetings", "list", "-o", "json"}).json().size(), 10'000U);
}

TEST(BadAnswers, AnUnreadableConfigurationIsOneLine) {
  Program program;
  program.write(".config/botctl/config.toml/x", "");

  const auto ran = program.run({"health"});

  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("config.toml"), std::string::npos);
}

}  // namespace
}  // namespace bot::cli
