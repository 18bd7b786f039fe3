#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/unicode.hpp"
#include "tests/unit/cli/job_bodies.hpp"
#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

using testing::HasSubstr;

TEST(AccountsList, FetchesTenThousandFromAServerThatGivesAHundredAtATime) {
  Program program;
  for (int pass = 0; pass < 2; ++pass) {
    for (int page = 0; page < 100; ++page) {
      std::vector<std::string> rows;
      for (int i = 0; i < 100; ++i)
        rows.push_back(body::account(page * 100 + i + 1));
      program.server().answer(200, body::accounts(rows));
    }
    program.server().answer(200, body::accounts({}));
  }

  EXPECT_EQ(program.run({"accounts", "list", "--status", "active"}).lines().size(), 10'000U);
  EXPECT_EQ(program.server().sent().back().request.target,
            "/api/accounts?status=active&limit=1000&offset=10000");
}

TEST(AccountsList, IsEmptyInEveryForm) {
  Program program;
  program.server().always("GET /api/accounts", 200, body::accounts({}));

  EXPECT_EQ(program.run({"accounts", "list"}).out, "");
  EXPECT_EQ(program.run({"accounts", "list", "-o", "json"}).out, "[]\n");
  EXPECT_EQ(program.run({"accounts", "list", "-q"}).err, "");
}

TEST(AccountsList, IsOfOneJobWhenAsked) {
  Program program;
  program.server().answer(200, body::accounts({body::account(42)}));

  EXPECT_EQ(program.run({"accounts", "list", "--job", "job-1", "--limit", "2", "-o", "id"}).out,
            "42\n");
  ASSERT_EQ(program.server().sent().size(), 1U);
  EXPECT_EQ(program.server().sent().back().request.target,
            "/api/accounts?job_id=job-1&limit=2&offset=0");
}

std::string account_of_another_job(int id) {
  auto account = body::account(id);
  account.replace(account.find("job-1"), 5, "job-2");
  return account;
}

// Two pages of a server that gives a hundred at a time, whatever job is asked for: of job-1 are 300
// and those from 200 on.
void serve_all_jobs(Program& program) {
  std::vector<std::string> first;
  std::vector<std::string> second;
  for (int id = 300; id > 200; --id)
    first.push_back(id == 300 ? body::account(id) : account_of_another_job(id));
  for (int id = 200; id > 150; --id)
    second.push_back(body::account(id));
  program.server().answer(200, body::accounts(first)).answer(200, body::accounts(second));
}

TEST(AccountsList, OfOneJobIsWholeWhereTheServerDoesNotChoose) {
  Program program;
  for (int pass = 0; pass < 2; ++pass)
    serve_all_jobs(program);

  const auto lines = program.run({"accounts", "list", "--job", "job-1", "-o", "id"}).lines();

  ASSERT_EQ(lines.size(), 51U);
  EXPECT_EQ(lines[0], "300");
  EXPECT_EQ(lines[50], "151");
}

TEST(AccountsList, ALimitCountsThoseOfTheJobWhereTheServerDoesNotChoose) {
  Program program;
  program.server().answer(200, body::accounts({body::account(300), account_of_another_job(299)}));
  for (int pass = 0; pass < 2; ++pass)
    serve_all_jobs(program);

  EXPECT_EQ(program.run({"accounts", "list", "--job", "job-1", "--limit", "2", "-o", "id"}).out,
            "300\n200\n");
}

TEST(AccountsList, FitsANarrowTerminalAndKeepsIdsWhole) {
  const std::string job = "7b0c9d52-6d1e-4a0c-8f43-0123456789ab";
  auto account = body::account(42);
  account.replace(account.find("job-1"), 5, job);
  account.replace(account.find("ada-42"), 6, "account-7b0c9d52");
  Program program;
  program.server().always("GET /api/accounts", 200, body::accounts({account}));
  program.environment["NO_COLOR"] = "1";

  for (const auto& [width, titles] : std::vector<std::pair<std::string, std::string>>{
           {"120",
            "ID  USERNAME          STATUS  MAX BOTS  EMAIL                    TOKEN  CREATED  JOB"},
           {"80", "ID  USERNAME          STATUS  CREATED  JOB"}}) {
    program.environment["BOTCTL_FORCE_TTY"] = width;
    const auto lines = program.run({"accounts", "list"}).lines();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0], titles);
    EXPECT_THAT(lines[1], testing::EndsWith("  " + job));
    EXPECT_LE(display_width(lines[1]), static_cast<std::size_t>(std::stoi(width)));
  }
}

TEST(AccountsList, OfAJobThatIsUnknownIsExitFive) {
  Program program;
  program.server().answer(404, R"({"success":false,"error":"Job not found"})");

  EXPECT_EQ(program.run({"accounts", "list", "--job", "typo"}).code, 5);
}

TEST(AccountsGet, TakesAnIdOrAUsername) {
  Program program;
  // A server may know nothing of usernames and give all.
  program.server()
      .answer_to("GET /api/accounts", 200, body::accounts({body::account(41), body::account(42)}))
      .always("GET /api/accounts/42", 200, body::account_answer(42, "active"));

  EXPECT_EQ(program.run({"accounts", "get", "ada-42", "-o", "id"}).out, "42\n");
  EXPECT_EQ(program.server().sent()[0].request.target, "/api/accounts?username=ada-42");
  EXPECT_EQ(program.run({"accounts", "get", "42", "-o", "id"}).out, "42\n");
  EXPECT_EQ(program.server().sent().size(), 3U) << "a number is an id";
}

TEST(AccountsGet, FindsOneThatWasImportedByItsAddress) {
  Program program;
  auto imported = body::account(42);
  imported.replace(imported.find("ada-42"), 6, "u+2@x.org");
  program.server()
      .answer_to("GET /api/accounts", 200, body::accounts({imported}))
      .answer_to("GET /api/accounts/42", 200, body::account_answer(42, "active"));

  EXPECT_EQ(program.run({"accounts", "get", "u+2@x.org", "-o", "id"}).out, "42\n");
  EXPECT_EQ(program.server().sent()[0].request.target, "/api/accounts?username=u%2B2%40x.org");
}

TEST(AccountsGet, SaysThatAnAccountIsUnknownOrCannotBe) {
  Program program;
  program.server().answer(200, body::accounts({}));

  const auto unknown = program.run({"accounts", "get", "nobody"});

  EXPECT_EQ(unknown.code, 5);
  EXPECT_THAT(unknown.err, HasSubstr("there is no account nobody"));
  const auto sent = program.server().sent().size();
  for (const auto* word : {"", "a b", "a\tb", "a\xff", "99999999999999999999"})
    EXPECT_EQ(program.run({"accounts", "get", word}).code, 2) << word;
  EXPECT_EQ(program.run({"accounts", "get", "--", "-5"}).code, 2);
  EXPECT_EQ(program.server().sent().size(), sent);
}

TEST(AccountsDisable, TellsTheIdAndTheWordOfEach) {
  Program program;
  program.server()
      .answer_to("GET /api/accounts", 200, body::accounts({body::account(42)}))
      .answer_to("PUT /api/accounts/42", 200, body::account_answer(42, "suspended"))
      .answer_to("GET /api/accounts", 200, body::accounts({}))
      .answer_to("GET /api/accounts", 200, body::accounts({body::account(43)}))
      .answer_to("PUT /api/accounts/43", 404, R"({"success":false,"error":"Account not found"})");

  const auto ran = program.run({"accounts", "disable", "ada-42", "nobody", "ada-43", "-o", "json"});

  EXPECT_EQ(ran.code, 10);
  EXPECT_EQ(ran.json(), types::Json::parse(R"([
    {"id":42,"account":"ada-42","ok":true,"status":"suspended"},
    {"id":null,"account":"nobody","ok":false,"error":"there is no account nobody"},
    {"id":43,"account":"ada-43","ok":false,"error":"Account not found"}])"));
}

TEST(AccountsDisable, ShowsTheWordThatWasUsed) {
  Program program;
  program.server()
      .always("GET /api/accounts", 200, body::accounts({body::account(42)}))
      .always("PUT /api/accounts/42", 200, body::account_answer(42, "suspended"));

  EXPECT_EQ(program.run({"accounts", "disable", "ada-42", "42"}).out,
            "42\tsuspended\t\tada-42\n42\tsuspended\t\t42\n");
  program.environment["BOTCTL_OUTPUT"] = "table";
  EXPECT_EQ(program.run({"accounts", "disable", "ada-42"}).out,
            "account ada-42 (42) is suspended\n");
}

TEST(AccountsDisable, DoesNothingWhereOneWordCannotBeAnAccount) {
  Program program;

  for (const auto* word : {"", "a b", "-5", "99999999999999999999"})
    EXPECT_EQ(program.run({"accounts", "disable", "--", "42", word}).code, 2) << word;
  program.input = "42\na b\n";
  EXPECT_EQ(program.run({"accounts", "enable", "-"}).code, 2);
  EXPECT_TRUE(program.server().sent().empty());
}

TEST(AccountsDisable, SuspendsAndEnablingUndoesIt) {
  Program program;
  program.server()
      .answer(200, body::account_answer(42, "suspended"))
      .answer(200, body::account_answer(42, "active"));
  program.environment["BOTCTL_OUTPUT"] = "table";

  EXPECT_EQ(program.run({"accounts", "disable", "42"}).out, "account 42 is suspended\n");
  EXPECT_EQ(program.server().sent().back().request.body, R"({"status":"suspended"})");
  EXPECT_EQ(program.run({"accounts", "enable", "42"}).out, "account 42 is active\n");
  EXPECT_EQ(program.server().sent().back().request.body, R"({"status":"active"})");
}

TEST(AccountsDisable, GoesOnAfterAFailure) {
  Program program;
  program.server()
      .answer_to("PUT /api/accounts/1", 404, R"({"success":false,"error":"Account not found"})")
      .answer_to("PUT /api/accounts/2", 200, body::account_answer(2, "suspended"));

  const auto ran = program.run({"accounts", "disable", "1", "2"});

  EXPECT_EQ(ran.code, 10);
  EXPECT_EQ(ran.out, "1\terror\tAccount not found\t1\n2\tsuspended\t\t2\n");
}

TEST(AccountsExport, IsCsvOnStandardOutput) {
  Program program;
  program.serve_everything();

  EXPECT_EQ(program.run({"accounts", "export"}).lines(),
            (std::vector<std::string>{
                "id,username,email,status,concurrency_limit,token_id,token_shown,created_at,job_id",
                "42,ada-42,ada-42@accounts.invalid,active,1,9,false,2026-11-21T20:06:00.000Z,job-1",
                "41,ada-41,ada-41@accounts.invalid,suspended,1,9,false,2026-11-21T20:06:00.000Z,"
                "job-1"}));
}

TEST(AccountsExport, IsOfOneJobWhenAsked) {
  Program program;
  program.server().answer(200, body::accounts({body::account(42), account_of_another_job(41)}));

  EXPECT_EQ(program.run({"accounts", "export", "--job", "job-1"}).lines().size(), 2U);
  EXPECT_EQ(program.server().sent().back().request.target,
            "/api/accounts?job_id=job-1&limit=1000&offset=0");
}

TEST(AccountsExport, CannotCarryAFormulaOrASecret) {
  Program program;
  auto evil = body::account(7);
  evil.replace(evil.find("ada-7\""), 6, R"(=cmd()\",\"x","token":"secret-value-0123456789")");
  program.server().always("GET /api/accounts", 200, body::accounts({evil}));

  const auto csv = program.run({"accounts", "export"}).out;
  const auto json = program.run({"accounts", "export", "--format", "json"}).out;

  EXPECT_THAT(csv, HasSubstr(R"csv(7,"'=cmd()"",""x",)csv"));
  EXPECT_THAT(csv + json, testing::Not(HasSubstr("secret-value")));
}

TEST(AccountsExport, WritesANewFileForItsOwnerOnly) {
  Program program;
  program.serve_everything();
  const auto path = program.path("accounts.csv");

  const auto ran = program.run({"accounts", "export", "--out", path, "-o", "json"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.json(), (types::Json{{"file", path}, {"count", 2}}));
  EXPECT_THAT(program.read("accounts.csv"), HasSubstr("42,ada-42,"));
  EXPECT_EQ(program.mode_of("accounts.csv"), 0600U);
}

TEST(AccountsExport, ReplacesAFileOnlyByForce) {
  Program program;
  program.serve_everything();
  program.write("old.json", "old", 0644);
  const auto path = program.path("old.json");

  EXPECT_EQ(program.run({"accounts", "export", "--out", path}).code, 2);
  EXPECT_TRUE(program.server().sent().empty());
  EXPECT_EQ(program.read("old.json"), "old");

  EXPECT_EQ(program.run({"accounts", "export", "--out", path, "--force", "--format", "json"}).code,
            0);
  EXPECT_EQ(types::Json::parse(program.read("old.json")).size(), 2U);
  EXPECT_EQ(program.mode_of("old.json"), 0600U);
}

TEST(AccountsExport, LeavesTheOldFileWhenTheServerRefuses) {
  Program program;
  program.server().answer(500, R"({"success":false,"error":"the store is away"})");
  program.write("old.csv", "old");

  EXPECT_EQ(program.run({"accounts", "export", "--out", program.path("old.csv"), "-f"}).code, 1);
  EXPECT_EQ(program.read("old.csv"), "old");
}

TEST(AccountsExport, NeverReplacesALinkOrAPipe) {
  Program program;
  program.write("real.csv", "old");
  const auto link = program.path("link.csv");
  std::filesystem::create_symlink(program.path("real.csv"), link);
  const auto pipe = program.path("pipe.csv");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);

  for (const auto& path : {link, pipe, program.path("work")}) {
    const auto ran = program.run({"accounts", "export", "--out", path, "--force"});
    EXPECT_EQ(ran.code, 2) << path;
    EXPECT_THAT(ran.err, HasSubstr(path + " is not a regular file"));
  }
  EXPECT_TRUE(program.server().sent().empty());
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  EXPECT_EQ(program.read("real.csv"), "old");
}

TEST(AccountsExport, RefusesToSayTwoFormatsAtOnce) {
  Program program;

  for (const auto& words : std::vector<std::vector<std::string>>{{"csv", "-o", "json"},
                                                                 {"csv", "--json"},
                                                                 {"csv", "-o", "id"},
                                                                 {"json", "-o", "tsv"},
                                                                 {"json", "-o", "table"},
                                                                 {"json", "-o", "ndjson"}}) {
    std::vector<std::string> line = {"accounts", "export", "--format"};
    line.insert(line.end(), words.begin(), words.end());
    EXPECT_EQ(program.run(line).code, 2) << words.front() << ' ' << words.back();
  }
  EXPECT_TRUE(program.server().sent().empty());
}

TEST(AccountsExport, FormatHasTheLastSayOverTheEnvironment) {
  Program program;
  program.serve_everything();
  program.environment["BOTCTL_OUTPUT"] = "json";

  EXPECT_THAT(program.run({"accounts", "export", "--format", "csv"}).out,
              HasSubstr("id,username,email"));
  EXPECT_EQ(program.run({"accounts", "export", "--format", "json", "-o", "json"}).json().size(),
            2U);
}

}  // namespace
}  // namespace bot::cli
