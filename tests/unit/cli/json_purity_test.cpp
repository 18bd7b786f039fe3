// Every command, with -o json: standard output is empty or JSON, and errors are an object on the
// last line of standard error.
#include <gtest/gtest.h>

#include "cli/commands/commands.hpp"
#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

// Words that make each command succeed against serve_everything().
const std::map<std::string, std::vector<std::string>>& words() {
  static const std::string meeting = "google_meet/abc-defg-hij";
  static const std::map<std::string, std::vector<std::string>> all = {
      {"users list", {}},
      {"users get", {"42"}},
      {"users create", {"ada@example.com"}},
      {"users ensure", {"ada@example.com"}},
      {"users update", {"42", "--max-bots", "3"}},
      {"users delete", {"42", "--yes"}},
      {"tokens list", {"42"}},
      {"tokens create", {"42"}},
      {"tokens revoke", {"5"}},
      {"bots start", {meeting}},
      {"bots list", {}},
      {"bots status", {}},
      {"bots config", {meeting, "--language", "fr"}},
      {"bots stop", {meeting}},
      {"bots wait", {meeting}},
      {"bots watch", {meeting, "--timeout", "1s"}},
      {"meetings list", {}},
      {"meetings get", {meeting}},
      {"meetings update", {meeting, "--name", "x"}},
      {"meetings delete", {meeting, "--yes"}},
      {"meetings timeline", {meeting}},
      {"transcripts get", {meeting}},
      {"webhook get", {}},
      {"webhook set", {"https://example.com/hook"}},
      {"webhook clear", {}},
      {"webhook deliveries", {}},
      {"audit list", {}},
      {"jobs create", {}},
      {"jobs import", {"-"}},
      {"jobs list", {}},
      {"jobs get", {"job-1"}},
      {"jobs watch", {"job-1"}},
      {"jobs cancel", {"job-1"}},
      {"jobs retry", {"job-1"}},
      {"jobs delete", {"job-1", "--yes"}},
      {"jobs tokens", {"job-1"}},
      {"accounts list", {}},
      {"accounts get", {"42"}},
      {"accounts disable", {"42"}},
      {"accounts enable", {"42"}},
      {"accounts export", {}},
      {"queue stats", {}},
      {"queue show", {"jobs"}},
      {"queue pause", {"jobs"}},
      {"queue resume", {"jobs"}},
      {"queue purge", {"jobs", "--status", "dead", "--yes"}},
      {"queue history", {}},
      {"dlq list", {}},
      {"dlq show", {"41"}},
      {"dlq retry", {"41"}},
      {"dlq delete", {"41", "--yes"}},
      {"dlq purge", {"--yes"}},
      {"dlq export", {}},
      {"workers list", {}},
      {"workers show", {"worker-1"}},
      {"workers quiet", {"worker-1"}},
      {"workers resume", {"worker-1"}},
      {"workers stop", {"worker-1", "--yes"}},
      {"smoke", {"--list"}},
      {"health", {}},
      {"status", {}},
      {"doctor", {}},
      {"version", {}},
      {"help", {"users", "list"}},
  };
  return all;
}

bool needs_no_server(const Command& command) {
  return command.needs == Needs::nothing;
}

std::vector<std::string> line_of(const Command& command) {
  std::vector<std::string> line;
  if (!command.noun.empty()) line.emplace_back(command.noun);
  line.emplace_back(command.verb);
  const auto& rest = words().at(command.path());
  line.insert(line.end(), rest.begin(), rest.end());
  return line;
}

std::vector<const Command*> commands() {
  std::vector<const Command*> found;
  for (const auto& command : command_tree().commands) {
    if (command.visibility == Visibility::visible) found.push_back(&command);
  }
  return found;
}

std::vector<const Command*> commands_with_a_server() {
  auto found = commands();
  std::erase_if(found, [](const auto* command) { return command->needs == Needs::nothing; });
  return found;
}

class EveryCommand : public testing::TestWithParam<const Command*> {};

TEST_P(EveryCommand, WritesOnlyJsonWhenAsked) {
  for (const auto* format : {"json", "ndjson"}) {
    ASSERT_TRUE(words().contains(GetParam()->path())) << GetParam()->path();
    Program program;
    program.serve_everything();
    program.input = "email\nada@example.com\n";
    auto line = line_of(*GetParam());
    line.insert(line.end(), {"-o", format});

    const auto ran = program.run(line);

    EXPECT_EQ(ran.code, GetParam()->path() == "bots watch" ? 7 : 0) << ran.err;
    const bool one_document = std::string_view(format) == "json" && GetParam()->verb != "watch";
    if (one_document) {
      EXPECT_TRUE(types::Json::accept(ran.out)) << ran.out;
    } else {
      for (const auto& each : ran.lines())
        EXPECT_TRUE(types::Json::accept(each)) << each;
    }
    if (ran.code == 0) {
      EXPECT_EQ(ran.err, "");
    }
  }
}

class EveryCommandWithAServer : public EveryCommand {};

TEST_P(EveryCommandWithAServer, TellsErrorsAsJsonWhenAsked) {
  if (needs_no_server(*GetParam())) GTEST_SKIP() << "asks no server";
  Program program;
  for (const auto* route : {"GET", "POST", "PUT", "PATCH", "DELETE"})
    static_cast<void>(route);
  program.environment["BOTCTL_SERVER"] = "nonsense";
  auto line = line_of(*GetParam());
  line.insert(line.end(), {"-o", "json"});

  const auto ran = program.run(line);

  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.error()["error"]["exit_code"], 2);
  EXPECT_EQ(ran.error()["error"]["code"], "usage");
}

TEST_P(EveryCommand, WritesNoEscapeSequenceIntoAPipe) {
  Program program;
  program.serve_everything();

  const auto line = line_of(*GetParam());
  const auto ran = program.run(line);

  EXPECT_EQ((ran.out + ran.err).find('\x1b'), std::string::npos);
}

std::string test_name(const testing::TestParamInfo<const Command*>& info) {
  auto name = info.param->path();
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, EveryCommand, testing::ValuesIn(commands()), test_name);
INSTANTIATE_TEST_SUITE_P(All,
                         EveryCommandWithAServer,
                         testing::ValuesIn(commands_with_a_server()),
                         test_name);

TEST(JsonErrors, AreWrittenForWordsThatAreNotUnderstood) {
  Program program;
  for (const std::vector<std::string>& line :
       {std::vector<std::string>{"users", "nonsense", "-o", "json"},
        {"--json", "users"},
        {"users", "list", "--output=json", "--limit", "x"},
        {"users", "list", "-ojson", "--no-such"}}) {
    const auto ran = program.run(line);
    EXPECT_EQ(ran.code, 2);
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(ran.error()["error"]["code"], "usage");
  }
}

TEST(JsonErrors, HoldTheExchangeAndTheDetail) {
  Program program;
  program.server().answer(
      422,
      R"({"detail":[{"loc":["body","email"],"msg":"field required","type":"value_error.missing"}]})");

  const auto error = program.run({"users", "create", "x", "-o", "json"}).error()["error"];

  EXPECT_EQ(error["exit_code"], 1);
  EXPECT_EQ(error["http"]["method"], "POST");
  EXPECT_EQ(error["http"]["url"], "http://127.0.0.1:18056/admin/users");
  EXPECT_EQ(error["http"]["status"], 422);
  EXPECT_FALSE(error["http"]["request_id"].get<std::string>().empty());
  EXPECT_EQ(error["details"][0]["msg"], "field required");
}

TEST(JsonOutput, IsPrettyOnATerminal) {
  Program program;
  program.serve_everything();
  program.environment["BOTCTL_FORCE_TTY"] = "100";

  EXPECT_EQ(program.run({"version", "--json"}).out,
            "{\n  \"name\": \"botctl\",\n  \"version\": \"" BOTCTL_VERSION "\"\n}\n");
  EXPECT_EQ(program.run({"--version"}).out, "botctl " BOTCTL_VERSION "\n");
}

}  // namespace
}  // namespace bot::cli
