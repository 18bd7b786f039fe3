#include "cli/exit_code.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

TEST(ExitCode, HasARowForEachCodeInTheTable) {
  std::vector<int> codes;
  for (const auto& row : exit_code_table())
    codes.push_back(static_cast<int>(row.code));

  EXPECT_EQ(codes, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 70, 130, 143}));
}

struct Row {
  std::string name;
  Error error;
  int code;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

Error answered(Errc code, int status) {
  return Error{.code = code, .message = "refused", .http_status = status};
}
Error ours(Errc code) {
  return Error{.code = code, .message = "wrong"};
}

class ExitCodeOf : public testing::TestWithParam<Row> {};

TEST_P(ExitCodeOf, IsTheOneOfTheTable) {
  EXPECT_EQ(static_cast<int>(exit_code_of(GetParam().error)), GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    Errors,
    ExitCodeOf,
    testing::Values(Row{"OurArgument", ours(Errc::invalid_argument), 2},
                    Row{"TheServersArgument", answered(Errc::invalid_argument, 422), 1},
                    Row{"Malformed", answered(Errc::malformed_request, 400), 1},
                    Row{"Unauthenticated", answered(Errc::unauthenticated, 401), 4},
                    Row{"Forbidden", answered(Errc::forbidden, 403), 4},
                    Row{"NotFound", answered(Errc::not_found, 404), 5},
                    Row{"Method", answered(Errc::method_not_allowed, 405), 1},
                    Row{"Conflict", answered(Errc::conflict, 409), 6},
                    Row{"TooLarge", answered(Errc::payload_too_large, 413), 1},
                    Row{"Media", answered(Errc::unsupported_media, 415), 1},
                    Row{"Limit", answered(Errc::limit_reached, 429), 6},
                    Row{"Rate", answered(Errc::rate_limited, 429), 6},
                    Row{"Unavailable", answered(Errc::unavailable, 503), 1},
                    Row{"Unreachable", ours(Errc::unreachable), 3},
                    Row{"Timeout", ours(Errc::timeout), 7},
                    Row{"Protocol", ours(Errc::protocol), 3},
                    Row{"ServerError", answered(Errc::server_error, 500), 1},
                    Row{"Cancelled", ours(Errc::cancelled), 130},
                    Row{"Pending", ours(Errc::pending), 8},
                    Row{"Inconclusive", ours(Errc::inconclusive), 9},
                    Row{"Partial", ours(Errc::partial), 10},
                    Row{"Failed", ours(Errc::failed), 1},
                    Row{"Internal", ours(Errc::internal), 70}),
    [](const auto& each) { return each.param.name; });

// Each status of the server, through a whole command.
struct Answer {
  std::string name;
  int status;
  int code;
};

void PrintTo(const Answer& answer, std::ostream* out) {
  *out << answer.name;
}

class ExitCodeForAnswer : public testing::TestWithParam<Answer> {};

TEST_P(ExitCodeForAnswer, IsTheOneOfTheTable) {
  Program program;
  program.server().answer(GetParam().status, R"({"detail":"no"})");

  EXPECT_EQ(program.run({"users", "get", "42"}).code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(Statuses,
                         ExitCodeForAnswer,
                         testing::Values(Answer{"S302", 302, 3},
                                         Answer{"S400", 400, 1},
                                         Answer{"S401", 401, 4},
                                         Answer{"S403", 403, 4},
                                         Answer{"S404", 404, 5},
                                         Answer{"S405", 405, 1},
                                         Answer{"S409", 409, 6},
                                         Answer{"S413", 413, 1},
                                         Answer{"S422", 422, 1},
                                         Answer{"S429", 429, 6},
                                         Answer{"S500", 500, 1},
                                         Answer{"S503", 503, 1}),
                         [](const auto& each) { return each.param.name; });

TEST(ExitCode, IsThreeWhenTheServerIsNotReady) {
  Program program;
  program.server().answer(503, R"({"detail":"store: away"})");

  const auto ran = program.run({"health", "--ready"});

  EXPECT_EQ(ran.code, 3);
  EXPECT_NE(ran.err.find("not ready"), std::string::npos) << ran.err;
}

TEST(ExitCode, IsThatOfTheSignalThatCame) {
  Program program;
  program.signal = SIGINT;
  EXPECT_EQ(program.run({"users", "list"}).code, 130);
  program.signal = SIGTERM;
  EXPECT_EQ(program.run({"users", "list"}).code, 143);
}

Status crash(const Arguments&, Context&) {
  throw std::runtime_error("the impossible");
}

TEST(ExitCode, IsSeventyForABugAndNamesTheReport) {
  Program program;
  Tree tree;
  tree.commands.push_back(
      {.noun = "", .verb = "crash", .summary = "", .description = "", .run = crash});

  const auto ran = program.run(tree, {"crash"});

  EXPECT_EQ(ran.code, 70);
  EXPECT_NE(ran.err.find("the impossible"), std::string::npos);
  EXPECT_NE(ran.err.find(program.path(".local/state/botctl/crash-")), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace bot::cli
