// Making jobs and looking at them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/unicode.hpp"
#include "tests/unit/cli/job_bodies.hpp"
#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

using testing::HasSubstr;

// On a terminal of that width.
std::vector<std::string> table_of_jobs(const std::string& width) {
  Program program;
  auto failed = body::job("7b0c9d52-6d1e-4a0c-8f43-0123456789ab", "failed");
  program.server().answer(
      200, body::jobs({body::job("ba3990d3-2a9e-4852-9d1a-65bec659ca25", "cancelled"), failed}));
  program.environment["BOTCTL_FORCE_TTY"] = width;
  program.environment["NO_COLOR"] = "1";
  return program.run({"jobs", "list"}).lines();
}

TEST(JobsList, FitsANarrowTerminalAndKeepsIdsWhole) {
  for (const auto& [width, title] : std::vector<std::pair<std::string, std::string>>{
           {"120",
            "ID                                    KIND      STATUS     PROGRESS  FAILED  "
            "PRIORITY  CREATED  ERROR"},
           {"100",
            "ID                                    STATUS     PROGRESS  FAILED  CREATED  ERROR"},
           {"80", "ID                                    STATUS     PROGRESS  ERROR"}}) {
    const auto lines = table_of_jobs(width);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0], title);
    EXPECT_THAT(lines[1], testing::StartsWith("ba3990d3-2a9e-4852-9d1a-65bec659ca25  "));
    EXPECT_THAT(lines[2], testing::StartsWith("7b0c9d52-6d1e-4a0c-8f43-0123456789ab  "));
    EXPECT_THAT(lines[2], HasSubstr("partial: 3 of 5 acc"));
    for (const auto& line : lines)
      EXPECT_LE(display_width(line), static_cast<std::size_t>(std::stoi(width))) << line;
  }
}

TEST(JobsGet, NamesTheFirstAccountsOnATerminalAndSaysHowToSeeAll) {
  const auto card = [](int accounts) {
    Program program;
    auto detail = types::Json::parse(body::job_detail("job-1", "completed"));
    auto& list = detail["accounts"];
    const auto account = types::Json::parse(body::account(42));
    list = types::Json::array();
    for (int i = 1; i <= accounts; ++i) {
      list.push_back(account);
      list.back()["username"] = "ada-" + std::to_string(i);
    }
    program.server().always("GET /api/jobs/job-1", 200, detail.dump());
    program.environment["BOTCTL_FORCE_TTY"] = "80";
    program.environment["NO_COLOR"] = "1";
    return program.run({"jobs", "get", "job-1"}).out;
  };

  EXPECT_THAT(card(0), testing::Not(HasSubstr("Accounts:")));
  EXPECT_THAT(card(2), HasSubstr("Accounts:  ada-1, ada-2\n"));
  EXPECT_THAT(card(6),
              HasSubstr("Accounts:  ada-1, ada-2, ada-3, ada-4, ada-5 and more: "
                        "botctl accounts list --job job-1\n"));
}

TEST(JobsGet, SaysInJsonThatThereAreMoreAccountsAndHowToSeeThem) {
  Program program;
  auto detail = types::Json::parse(body::job_detail("job-1", "completed"));
  program.server().answer(200, detail.dump());
  EXPECT_EQ(program.run({"jobs", "get", "job-1", "-o", "json"}).err, "");

  detail["progress"]["successful"] = 1'500;
  program.server().always("GET /api/jobs/job-1", 200, detail.dump());
  const auto ran = program.run({"jobs", "get", "job-1", "-o", "json"});

  EXPECT_EQ(ran.json()["accounts"].size(), 5U);
  EXPECT_THAT(ran.err,
              HasSubstr("job job-1 has made 1500 accounts, and this shows 5: "
                        "`botctl accounts list --job job-1` lists those that exist"));
  EXPECT_EQ(program.run({"jobs", "get", "job-1", "-o", "id"}).err, "");
}

TEST(JobsCreate, SendsWhatWasSaid) {
  Program program;
  program.serve_everything();

  program.run({"jobs", "create", "--count", "3", "--priority", "high", "--username", "ada"});

  const auto sent = program.server().sent().back();
  EXPECT_EQ(sent.request.target, "/api/accounts/generate");
  EXPECT_EQ(sent.request.body, R"({"count":3,"priority":"high","username":"ada"})");
  EXPECT_FALSE(sent.header("Idempotency-Key").empty());
}

TEST(JobsCreate, PrintsAnIdForEachJob) {
  Program program;
  program.server().answer(201, R"({"success":true,"job_ids":["a","b"],"message":"m"})");

  const auto ran = program.run({"jobs", "create", "--count", "2"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "a\nb\n");
}

TEST(JobsCreate, IsPartialWhenFewerJobsWereMade) {
  Program program;
  program.server().answer(201, R"({"success":true,"job_ids":["a"],"message":"m"})");

  const auto ran = program.run({"jobs", "create", "--count", "2"});

  EXPECT_EQ(ran.code, 10);
  EXPECT_EQ(ran.out, "a\n");
  EXPECT_THAT(ran.err, HasSubstr("only 1 job of 2 could be made"));
}

TEST(JobsCreate, MakesOneJobOfAllWhenAsked) {
  Program program;
  program.serve_everything();

  const auto ran = program.run({"jobs", "create", "--one-job", "--count", "5", "-o", "id"});

  EXPECT_EQ(ran.out, "job-1\n");
  EXPECT_EQ(program.server().sent().back().request.target, "/api/accounts");
  EXPECT_EQ(program.server().sent().back().request.body, R"({"count":5})");
}

TEST(JobsCreate, PrintsTheIdOfTheOneJobToo) {
  Program program;
  program.serve_everything();

  EXPECT_EQ(program.run({"jobs", "create", "--one-job"}).out, "job-1\n");
  EXPECT_EQ(program.run({"jobs", "create", "--one-job", "-o", "json"}).json()["status"], "pending");
  program.environment["BOTCTL_OUTPUT"] = "table";
  EXPECT_EQ(program.run({"jobs", "create", "--one-job"}).out, "Id:  job-1\n");
}

TEST(JobsCreate, RefusesAPriorityForOneJobAndTellsOfOneInTheEnvironment) {
  Program program;
  EXPECT_EQ(program.run({"jobs", "create", "--one-job", "--priority", "high"}).code, 2);
  EXPECT_TRUE(program.server().sent().empty());

  program.serve_everything();
  EXPECT_EQ(program.run({"jobs", "create", "--one-job"}).err, "");
  program.environment["BOTCTL_PRIORITY"] = "high";
  const auto ran = program.run({"jobs", "create", "--one-job"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.err, HasSubstr("the priority high that is set counts for nothing"));
}

TEST(JobsCreate, RefusesCountsThatTheServiceDoesNotTake) {
  Program program;
  for (const auto* count : {"0", "101", "many"})
    EXPECT_EQ(program.run({"jobs", "create", "--count", count}).code, 2) << count;
  EXPECT_TRUE(program.server().sent().empty());
}

TEST(JobsCreate, TellsTheRateLimitAndWhenToTryAgain) {
  Program program;
  program.server().answer(
      429,
      R"({"success":false,"error":"Rate limit exceeded","message":"10 in 60 s are allowed",)"
      R"("retry_after_seconds":7})",
      {{"Retry-After", "7"}});

  const auto ran = program.run({"jobs", "create"});

  EXPECT_EQ(ran.code, 6);
  EXPECT_THAT(ran.err, HasSubstr("Rate limit exceeded: 10 in 60 s are allowed"));
  EXPECT_THAT(ran.err, HasSubstr("try again in 7 s"));
}

TEST(JobsCreate, WaitsForEveryJobAndTellsHowTheyEnded) {
  Program program;
  program.server()
      .answer(201, R"({"success":true,"job_ids":["a","b"],"message":"m"})")
      .answer_to("GET /api/jobs/a", 200, body::job_detail("a", "running"))
      .answer_to("GET /api/jobs/events", 200, body::job_events("a", {{1, "completed", 5}}))
      .answer_to("GET /api/jobs/a", 200, body::job_detail("a", "completed"))
      .answer_to("GET /api/jobs/b", 200, body::job_detail("b", "failed"));

  const auto ran = program.run({"jobs", "create", "--count", "2", "--wait", "-o", "json"});

  EXPECT_EQ(ran.code, 10) << ran.err;
  EXPECT_EQ(ran.json()[0]["status"], "completed");
  EXPECT_EQ(ran.json()[1]["status"], "failed");
  EXPECT_EQ(ran.error()["error"]["message"], "1 of 2 jobs did not complete");
}

// Two jobs, of which the first completes and the second runs on.
void serve_one_that_runs_on(Program& program) {
  program.server()
      .answer(201, R"({"success":true,"job_ids":["a","b"],"message":"m"})")
      .answer_to("GET /api/jobs/a", 200, body::job_detail("a", "completed"))
      .always("GET /api/jobs/b", 200, body::job_detail("b", "running"))
      .always("GET /api/jobs/events", 200, body::job_events("b", {}));
}

TEST(JobsCreate, TellsAllJobsWhenTheTimeIsOver) {
  Program program;
  serve_one_that_runs_on(program);

  const auto ran =
      program.run({"jobs", "create", "--count", "2", "--wait", "--timeout", "5s", "-o", "json"});

  EXPECT_EQ(ran.code, 7);
  EXPECT_EQ(ran.json()[0]["status"], "completed");
  EXPECT_EQ(ran.json()[1]["id"], "b");
  EXPECT_EQ(ran.json()[1]["status"], "running");
  EXPECT_EQ(ran.error()["error"]["message"], "job b is still running");
}

TEST(JobsCreate, TellsAllJobsWhenItIsInterrupted) {
  Program program;
  serve_one_that_runs_on(program);
  program.interrupted_after = Millis{3'000};

  const auto ran = program.run({"jobs", "create", "--count", "2", "--wait", "-o", "id"});

  EXPECT_EQ(ran.code, 130);
  EXPECT_EQ(ran.out, "a\nb\n");
}

TEST(JobsCreate, TellsAllJobsWhenTheServerIsLost) {
  Program program;
  program.server()
      .answer(201, R"({"success":true,"job_ids":["a","b"],"message":"m"})")
      .fail({.code = Errc::unreachable, .message = "refused"});

  const auto ran = program.run({"jobs", "create", "--count", "2", "--wait", "-o", "json"});

  EXPECT_EQ(ran.code, 3);
  EXPECT_EQ(ran.json()[0], (types::Json{{"id", "a"}, {"kind", "accounts"}, {"status", "pending"}}));
  EXPECT_EQ(ran.json()[1]["id"], "b");
}

TEST(JobsCreate, IsPartialWhenEveryJobHasDoneOnlyAPart) {
  Program program;
  program.server()
      .answer(201, R"({"success":true,"job_ids":["a"],"message":"m"})")
      .answer_to("GET /api/jobs/a", 200, body::job_detail("a", "failed"));

  EXPECT_EQ(program.run({"jobs", "create", "--wait"}).code, 10);
}

TEST(JobsImport, TellsTheJobWhenItIsInterruptedOrTheServerIsLost) {
  Program program;
  program.input = "email\na@x.org\n";
  program.server()
      .answer_to("POST /api/jobs/import", 201, body::job_answer("job-1", "pending"))
      .fail_on("GET /api/jobs/job-1", {.code = Errc::unreachable, .message = "refused"});

  const auto lost = program.run({"jobs", "import", "-", "--wait", "-o", "json"});
  EXPECT_EQ(lost.code, 3);
  EXPECT_EQ(lost.json()["id"], "job-1");

  program.server()
      .answer_to("POST /api/jobs/import", 201, body::job_answer("job-1", "pending"))
      .always("GET /api/jobs/job-1", 200, body::job_detail("job-1", "running"))
      .always("GET /api/jobs/events", 200, body::job_events("job-1", {}));
  program.interrupted_after = Millis{3'000};
  const auto interrupted = program.run({"jobs", "import", "-", "--wait", "-o", "json"});
  EXPECT_EQ(interrupted.code, 130);
  EXPECT_EQ(interrupted.json()["status"], "running");
}

TEST(JobsImport, SendsTheFileAsItIs) {
  Program program;
  program.serve_everything();
  program.write("users.csv", "email,name\r\na@x.org,\"A, B\"\r\n");

  const auto ran = program.run({"jobs", "import", program.path("users.csv"), "-o", "id"});

  EXPECT_EQ(ran.out, "job-1\n");
  EXPECT_EQ(types::Json::parse(program.server().sent().back().request.body)["csv"],
            "email,name\r\na@x.org,\"A, B\"\r\n");
}

TEST(JobsImport, ReadsStandardInput) {
  Program program;
  program.serve_everything();
  program.input = "email\na@x.org\n";

  EXPECT_EQ(program.run({"jobs", "import", "-", "--priority", "low"}).code, 0);
  EXPECT_EQ(program.server().sent().back().request.body,
            R"({"csv":"email\na@x.org\n","priority":"low"})");
}

TEST(JobsImport, RefusesWhatHoldsNothingBeforeItAsks) {
  Program program;
  program.write("empty.csv", "\n");

  EXPECT_EQ(program.run({"jobs", "import", program.path("none.csv")}).code, 2);
  EXPECT_EQ(program.run({"jobs", "import", program.path("empty.csv")}).code, 2);
  EXPECT_EQ(program.run({"jobs", "import", program.path("work")}).code, 2);
  EXPECT_EQ(program.run({"jobs", "import", "-"}).code, 2);
  EXPECT_TRUE(program.server().sent().empty());
}

TEST(JobsImport, TellsWhatTheServerDoesNotLike) {
  Program program;
  program.input = "name\nAda\n";
  program.server().answer(400, R"({"success":false,"error":"line 1 has no column email"})");

  const auto ran = program.run({"jobs", "import", "-"});

  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, HasSubstr("line 1 has no column email"));
}

TEST(JobsList, PassesTheFiltersOn) {
  Program program;
  program.server().answer(200, body::jobs({}));

  const auto ran =
      program.run({"jobs", "list", "--status", "failed", "--kind", "import", "--limit", "5"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("no jobs"));
  EXPECT_EQ(program.server().sent().back().request.target,
            "/api/jobs?status=failed&kind=import&limit=5&offset=0");
}

TEST(JobsList, UsesTheUsersKeyWhereThereIsOneAndTheAdminKeyElse) {
  Program program;
  program.serve_everything();
  program.run({"jobs", "list"});
  EXPECT_EQ(program.server().sent().back().header("X-API-Key"), "user-key-0123456789");
  EXPECT_EQ(program.server().sent().back().header("X-Admin-API-Key"), "");

  program.environment.erase("BOTCTL_API_KEY");
  program.run({"jobs", "list"});
  EXPECT_EQ(program.server().sent().back().header("X-Admin-API-Key"), "admin-key-0123456789");

  program.environment.erase("BOTCTL_ADMIN_KEY");
  EXPECT_EQ(program.run({"jobs", "list"}).code, 4);
}

TEST(JobsList, JoinsSeveralStatesNewestFirst) {
  Program program;
  auto newer = body::job("b", "running");
  newer.replace(newer.find("20:05:07"), 8, "20:55:07");
  program.server()
      .answer_to("GET /api/jobs", 200, body::jobs({body::job("a", "pending")}))
      .answer_to("GET /api/jobs", 200, body::jobs({newer}));

  EXPECT_EQ(program.run({"jobs", "list", "--status", "pending,running", "-o", "id"}).out, "b\na\n");
}

TEST(JobsList, ShowsThoseThatAreOldEnough) {
  Program program;  // it is 21:00, and they were made at 20:05:07
  program.serve_everything();

  EXPECT_EQ(program.run({"jobs", "list", "--older", "54m", "-o", "id"}).out, "job-1\n");
  EXPECT_EQ(program.run({"jobs", "list", "--older", "55m", "-o", "id"}).out, "");
}

std::vector<std::string> job_rows(int first, int count) {
  std::vector<std::string> rows;
  for (int i = first; i < first + count; ++i)
    rows.push_back(body::job("j-" + std::to_string(i), "completed"));
  return rows;
}

TEST(JobsList, MissesNoneWhenOthersGoWhileItPages) {
  Program program;
  // Ten of the first page are deleted: what was behind it moves forward past the next offset.
  program.server()
      .answer(200, body::jobs(job_rows(0, 1000)))
      .answer(200, body::jobs(job_rows(1010, 90)))
      .answer(200, body::jobs(job_rows(10, 1000)))
      .answer(200, body::jobs(job_rows(1010, 90)))
      .answer(200, body::jobs(job_rows(10, 1000)))
      .answer(200, body::jobs(job_rows(1010, 90)));

  EXPECT_EQ(program.run({"jobs", "list"}).lines().size(), 1'100U);
}

TEST(JobsList, FetchesTenThousandPageByPage) {
  Program program;
  for (int pass = 0; pass < 2; ++pass) {
    for (int page = 0; page < 10; ++page)
      program.server().answer(200, body::jobs(job_rows(page * 1000, 1000)));
    program.server().answer(200, body::jobs({}));
  }

  EXPECT_EQ(program.run({"jobs", "list"}).lines().size(), 10'000U);
  EXPECT_THAT(program.server().sent().back().request.target, HasSubstr("offset=10000"));
}

TEST(JobsList, EndsWithAServerThatIgnoresPaging) {
  Program program;
  std::vector<std::string> rows;
  for (int i = 0; i < 1000; ++i)
    rows.push_back(body::job("j-" + std::to_string(i), "completed"));
  program.server().always("GET /api/jobs", 200, body::jobs(rows));

  EXPECT_EQ(program.run({"jobs", "list"}).lines().size(), 1'000U);
}

TEST(JobsGet, IsNotFoundWithExitFive) {
  Program program;
  program.server().answer(404, R"({"success":false,"error":"Job not found"})");

  const auto ran = program.run({"jobs", "get", "nope"});

  EXPECT_EQ(ran.code, 5);
  EXPECT_THAT(ran.err, HasSubstr("Job not found"));
}

TEST(JobsGet, HasAccountsAndDurationInJson) {
  Program program;
  program.serve_everything();

  const auto json = program.run({"jobs", "get", "job-1", "-o", "json"}).json();

  EXPECT_EQ(json["id"], "job-1");
  EXPECT_EQ(json["duration"], "52s");
  EXPECT_EQ(json["accounts"][0]["username"], "ada-42");
}

TEST(JobsGet, WaitingIsPartialWithAJobThatHasDoneAPart) {
  Program program;
  program.server().always("GET /api/jobs/job-1", 200, body::job_detail("job-1", "failed"));

  const auto ran = program.run({"jobs", "get", "job-1", "--wait"});

  EXPECT_EQ(ran.code, 10);
  EXPECT_THAT(ran.out, HasSubstr("failed"));
  EXPECT_THAT(ran.err, HasSubstr("job job-1 is failed: partial: 3 of 5 accounts exist"));
}

TEST(JobsGet, WaitingEndsAtItsDeadlineAndSaysHowTheJobIs) {
  Program program;
  program.server()
      .always("GET /api/jobs/job-1", 200, body::job_detail("job-1", "running"))
      .always("GET /api/jobs/events", 200, body::job_events("job-1", {}));

  const auto ran = program.run({"jobs", "get", "job-1", "--wait", "--timeout", "10s"});

  EXPECT_EQ(ran.code, 7);
  EXPECT_THAT(ran.err, HasSubstr("job job-1 is still running"));
  EXPECT_THAT(ran.err, HasSubstr("botctl jobs watch job-1"));
}

}  // namespace
}  // namespace bot::cli
