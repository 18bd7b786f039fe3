// The same done to many: ids, standard input, filters, and what is told of each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/job_bodies.hpp"
#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

using testing::HasSubstr;

std::string refusal(const std::string& sentence) {
  return R"({"success":false,"error":")" + sentence + "\"}";
}

std::vector<std::string> requests_of(Program& program) {
  std::vector<std::string> lines;
  for (const auto& each : program.server().sent())
    lines.push_back(each.request.method + ' ' + each.request.target);
  return lines;
}

void sit_at_a_terminal(Program& program, const std::string& answer) {
  program.terminal = {.in_is_tty = true, .out_is_tty = true, .err_is_tty = true};
  program.input = answer + "\n";
}

TEST(JobsBulk, OneThatIsNamedIsASentenceAndItsOwnError) {
  Program program;
  program.server()
      .answer(200, body::job_answer("job-1", "running"))
      .answer(400, refusal("the job has ended"));
  program.environment["BOTCTL_OUTPUT"] = "table";

  EXPECT_EQ(program.run({"jobs", "cancel", "job-1"}).out, "job job-1 is cancelling\n");
  const auto ran = program.run({"jobs", "cancel", "job-1"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("the job has ended"));
}

TEST(JobsBulk, SomeFailuresAreExitTenAndEachIsTold) {
  Program program;
  program.server()
      .answer_to("POST /api/jobs/a/retry", 200, body::job_answer("a", "pending"))
      .answer_to("POST /api/jobs/b/retry", 400, refusal("the job is running"))
      .answer_to("POST /api/jobs/c/retry", 200, body::job_answer("c", "pending"));

  const auto ran = program.run({"jobs", "retry", "a", "b", "c", "-o", "json"});

  EXPECT_EQ(ran.code, 10);
  EXPECT_EQ(ran.json()[0], (types::Json{{"id", "a"}, {"ok", true}, {"status", "pending"}}));
  EXPECT_EQ(ran.json()[1],
            (types::Json{{"id", "b"}, {"ok", false}, {"error", "the job is running"}}));
  EXPECT_EQ(ran.json()[2]["ok"], true);
  EXPECT_EQ(ran.error()["error"]["message"], "1 of 3 jobs could not be retried");
}

TEST(JobsBulk, NothingButFailuresIsExitOne) {
  Program program;
  program.server().answer(400, refusal("no")).answer(404, refusal("gone"));

  const auto ran = program.run({"jobs", "cancel", "a", "b"});

  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.lines(), (std::vector<std::string>{"a\terror\tno", "b\terror\tgone"}));
}

TEST(JobsBulk, FailuresThatAreAllTheSameHaveTheirExitCode) {
  Program program;
  program.server().answer(404, refusal("gone")).answer(404, refusal("gone"));

  EXPECT_EQ(program.run({"jobs", "cancel", "a", "b"}).code, 5);
}

TEST(JobsBulk, ALostServerEndsItAfterTellingWhatWasDone) {
  Program program;
  program.server()
      .answer(200, body::job_answer("a", "cancelled"))
      .fail({.code = Errc::unreachable, .message = "refused"});

  const auto ran = program.run({"jobs", "cancel", "a", "b", "c"});

  EXPECT_EQ(ran.code, 3);
  EXPECT_EQ(ran.lines(), std::vector<std::string>{"a\tcancelled\t"});
  EXPECT_EQ(program.server().sent().size(), 2U);
}

TEST(JobsBulk, IdsComeFromStandardInput) {
  Program program;
  program.server()
      .answer_to("POST /api/jobs/a/cancel", 200, body::job_answer("a", "cancelled"))
      .answer_to("POST /api/jobs/b/cancel", 200, body::job_answer("b", "cancelled"));
  program.input = "a\n\n b \n";

  EXPECT_EQ(program.run({"jobs", "cancel", "-", "--yes"}).out, "a\tcancelled\t\nb\tcancelled\t\n");
}

TEST(JobsBulk, IdsFromStandardInputNeedAYes) {
  Program program;
  program.input = "a\nb\n";

  const auto ran = program.run({"jobs", "cancel", "-"});

  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("--yes"));
  EXPECT_TRUE(program.server().sent().empty());
}

TEST(JobsBulk, NothingOnStandardInputIsNothingToDo) {
  Program program;

  const auto ran = program.run({"jobs", "cancel", "-", "-o", "json"});

  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out, "[]\n");
}

TEST(JobsBulk, IdsAndFiltersExcludeEachOtherAndOneIsNeeded) {
  Program program;

  EXPECT_EQ(program.run({"jobs", "cancel"}).code, 2);
  EXPECT_EQ(program.run({"jobs", "cancel", "a", "--status", "pending"}).code, 2);
  EXPECT_EQ(program.run({"jobs", "delete", "--yes"}).code, 2);
  EXPECT_TRUE(program.server().sent().empty());
}

TEST(JobsBulk, HelpShowsThatIdsMayBeLeftOut) {
  Program program;

  EXPECT_THAT(program.run({"jobs", "cancel", "--help"}).out,
              HasSubstr("botctl jobs cancel [JOB...] [options]"));
  EXPECT_THAT(program.run({"bots", "stop", "--help"}).out,
              HasSubstr("botctl bots stop MEETING... [options]"));
}

TEST(JobsBulk, EachVerbTakesOnlyTheStatesThatItCanChange) {
  Program program;

  EXPECT_EQ(program.run({"jobs", "cancel", "--status", "completed"}).code, 2);
  EXPECT_EQ(program.run({"jobs", "retry", "--status", "running"}).code, 2);
  EXPECT_EQ(program.run({"jobs", "delete", "--status", "pending"}).code, 2);
}

TEST(JobsBulk, ADryRunChangesNothing) {
  Program program;
  program.server().answer(200, body::jobs({body::job("a", "failed"), body::job("b", "failed")}));

  const auto ran = program.run({"jobs", "retry", "--status", "failed", "--dry-run"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "a\twould be retried\t\nb\twould be retried\t\n");
  EXPECT_THAT(ran.err, HasSubstr("2 jobs would be retried"));
  EXPECT_EQ(requests_of(program),
            std::vector<std::string>{"GET /api/jobs?status=failed&limit=1000&offset=0"});
}

TEST(JobsBulk, ADryRunLooksAtEachThatIsNamed) {
  Program program;
  program.server()
      .answer_to("GET /api/jobs/a", 200, body::job_detail("a", "failed"))
      .answer_to("GET /api/jobs/b", 200, body::job_detail("b", "completed"))
      .answer_to("GET /api/jobs/c", 404, refusal("Job not found"));

  const auto ran = program.run({"jobs", "retry", "a", "b", "c", "--dry-run"});

  EXPECT_EQ(ran.code, 10);
  EXPECT_EQ(
      ran.lines(),
      (std::vector<std::string>{
          "a\twould be retried\t", "b\terror\tthe job is completed", "c\terror\tJob not found"}));
  EXPECT_THAT(ran.err, HasSubstr("1 job would be retried"));
}

TEST(JobsBulk, ADryRunOfOneThatIsNotThereIsExitFive) {
  Program program;
  program.server().answer(404, refusal("Job not found")).answer(404, R"({"detail":"Not there"})");

  const auto ran = program.run({"jobs", "delete", "nope", "-n", "-o", "json"});
  EXPECT_EQ(ran.code, 5);
  EXPECT_EQ(ran.json()[0]["ok"], false);
  EXPECT_EQ(program.run({"dlq", "retry", "7", "--dry-run"}).code, 5);
}

TEST(JobsBulk, ASelectionNeedsYesWhereNobodyCanBeAsked) {
  Program program;
  program.server().always("GET /api/jobs", 200, body::jobs({body::job("a", "failed")}));

  const auto ran = program.run({"jobs", "retry", "--status", "failed"});

  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("--yes"));
  EXPECT_EQ(program.server().sent().size(), 1U);
}

TEST(JobsBulk, ASelectionIsAskedForWithItsNumber) {
  Program program;
  program.server().always(
      "GET /api/jobs", 200, body::jobs({body::job("a", "failed"), body::job("b", "failed")}));
  sit_at_a_terminal(program, "n");

  const auto ran = program.run({"jobs", "retry", "--status", "failed"});

  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, HasSubstr("Retry 2 jobs? [y/N]"));
  EXPECT_EQ(program.server().sent().size(), 1U);
}

TEST(JobsBulk, DeletingAsksEvenForOneThatIsNamed) {
  Program program;
  EXPECT_EQ(program.run({"jobs", "delete", "a"}).code, 2);
  EXPECT_TRUE(program.server().sent().empty());

  program.server().answer_to("DELETE /api/jobs/a", 200, body::job_answer("a", "failed"));
  sit_at_a_terminal(program, "yes");
  EXPECT_EQ(program.run({"jobs", "delete", "a"}).out, "job a is deleted\n");
}

TEST(JobsBulk, WithoutAStateASelectionIsOfThoseThatTheVerbCanChange) {
  Program program;
  program.server()
      .answer(200, body::jobs({body::job("a", "completed")}))
      .answer(200, body::jobs({body::job("b", "failed")}))
      .answer(200, body::jobs({}))
      .always("DELETE /api/jobs/a", 200, body::job_answer("a", "completed"))
      .always("DELETE /api/jobs/b", 200, body::job_answer("b", "failed"));

  const auto ran = program.run({"jobs", "delete", "--older", "10m", "--yes", "-o", "id"});

  EXPECT_EQ(ran.out, "a\nb\n");
  const auto requests = requests_of(program);
  EXPECT_THAT(requests[0], HasSubstr("status=completed"));
  EXPECT_THAT(requests[1], HasSubstr("status=failed"));
  EXPECT_THAT(requests[2], HasSubstr("status=cancelled"));
}

TEST(JobsBulk, AServerThatIgnoresAFilterDoesNotWidenIt) {
  Program program;
  program.server()
      .always("GET /api/jobs",
              200,
              body::jobs({body::job("a", "running"), body::job("b", "completed")}))
      .always("DELETE /api/jobs/b", 200, body::job_answer("b", "completed"));

  EXPECT_EQ(program.run({"jobs", "delete", "--status", "completed", "--yes", "-o", "id"}).out,
            "b\n");
  EXPECT_EQ(program.run({"jobs", "delete", "--kind", "import", "--yes", "-o", "id"}).out, "");
}

TEST(JobsBulk, AnInterruptionEndsIt) {
  Program program;
  program.signal = 2;

  EXPECT_EQ(program.run({"jobs", "cancel", "a", "b"}).code, 130);
  EXPECT_TRUE(program.server().sent().empty());
}

}  // namespace
}  // namespace bot::cli
