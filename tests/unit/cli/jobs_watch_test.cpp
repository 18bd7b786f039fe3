#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/job_bodies.hpp"
#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

using testing::HasSubstr;

const std::string events = "GET /api/jobs/events";
const std::string job = "GET /api/jobs/job-1";

// A job that runs, and ends in that state while it is watched.
void serve_a_job_that_ends(Program& program, const std::string& status) {
  program.server()
      .answer_to(job, 200, body::job_detail("job-1", "running"))
      .answer_to(events, 200, body::job_events("job-1", {{3, "pending", 0}, {4, "running", 2}}))
      .answer_to(events, 200, body::job_events("job-1", {{9, status, 5}}))
      .answer_to(job, 200, body::job_detail("job-1", status))
      .answer_to(events, 200, body::job_events("job-1", {}));
}

TEST(JobsWatch, IsAnEventALineInAPipe) {
  Program program;
  serve_a_job_that_ends(program, "completed");

  const auto ran = program.run({"jobs", "watch", "job-1"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  ASSERT_EQ(ran.lines().size(), 3U);
  const auto last = types::Json::parse(ran.lines().back());
  EXPECT_EQ(last["seq"], 9);
  EXPECT_EQ(last["data"]["progress"], 5);
}

TEST(JobsWatch, GoesOnBehindTheLastEventAndLetsTheServerWait) {
  Program program;
  serve_a_job_that_ends(program, "completed");
  program.run({"jobs", "watch", "job-1"});

  const auto sent = program.server().sent();
  EXPECT_EQ(sent[1].request.target, "/api/jobs/events?since=0&job_id=job-1&wait=20&limit=1000");
  EXPECT_EQ(sent[2].request.target, "/api/jobs/events?since=4&job_id=job-1&wait=20&limit=1000");
  EXPECT_EQ(sent[4].request.target, "/api/jobs/events?since=9&job_id=job-1&wait=0&limit=1000");
}

TEST(JobsWatch, TellsByItsExitCodeThatAJobFailedAfterAPartOrWasCancelled) {
  for (const auto& [status, code] :
       std::vector<std::pair<std::string, int>>{{"failed", 10}, {"cancelled", 1}}) {
    Program program;
    serve_a_job_that_ends(program, status);

    const auto ran = program.run({"jobs", "watch", "job-1"});

    EXPECT_EQ(ran.code, code);
    EXPECT_THAT(ran.err, HasSubstr("job job-1 is " + status));
    EXPECT_EQ(ran.lines().size(), 3U);
  }
}

TEST(JobsWatch, DrawsABarOnATerminal) {
  Program program;
  serve_a_job_that_ends(program, "completed");
  program.environment["BOTCTL_FORCE_TTY"] = "60";
  program.environment["NO_COLOR"] = "1";

  const auto ran = program.run({"jobs", "watch", "job-1"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out,
              HasSubstr("\r[##############---------------------]  2/5   40 %  running\x1b[K"));
  EXPECT_THAT(ran.out, HasSubstr("5/5  100 %  completed\x1b[K\n"));
}

TEST(JobsWatch, DrawsNoBarOnADumbTerminal) {
  Program program;
  serve_a_job_that_ends(program, "completed");
  program.environment["BOTCTL_FORCE_TTY"] = "60";
  program.environment["TERM"] = "dumb";

  const auto ran = program.run({"jobs", "watch", "job-1"});

  EXPECT_EQ(ran.out.find('\r'), std::string::npos);
  EXPECT_EQ(ran.lines().size(), 3U);
}

TEST(JobsWatch, IsTabSeparatedWhenAskedForThat) {
  Program program;
  serve_a_job_that_ends(program, "completed");

  EXPECT_EQ(program.run({"jobs", "watch", "job-1", "-o", "tsv"}).lines().front(),
            "2026-11-21T20:05:08.000Z\tjob-1\tpending\t0/5\t");
}

TEST(JobsWatch, GoesOnWithAJobThatFailedOnceAndWasRetried) {
  Program program;
  program.server()
      .answer_to(job, 200, body::job_detail("job-1", "running"))
      .answer_to(events, 200, body::job_events("job-1", {{1, "failed", 3}, {2, "running", 3}}))
      .answer_to(job, 200, body::job_detail("job-1", "running"))
      .answer_to(events, 200, body::job_events("job-1", {{3, "completed", 5}}))
      .answer_to(job, 200, body::job_detail("job-1", "completed"))
      .answer_to(events, 200, body::job_events("job-1", {}));

  const auto ran = program.run({"jobs", "watch", "job-1"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.lines().size(), 3U);
}

TEST(JobsWatch, EndsAlsoWhenTheEventsAreGone) {
  Program program;
  program.server()
      .answer_to(job, 200, body::job_detail("job-1", "running"))
      .answer_to(job, 200, body::job_detail("job-1", "completed"))
      .always(events, 200, body::job_events("job-1", {}));

  EXPECT_EQ(program.run({"jobs", "watch", "job-1"}).code, 0);
}

TEST(JobsWatch, IsNotFoundWithExitFive) {
  Program program;
  program.server().answer(404, R"({"success":false,"error":"Job not found"})");

  EXPECT_EQ(program.run({"jobs", "watch", "nope"}).code, 5);
}

TEST(JobsWatch, DoesNotAskWithoutEndAServerThatDoesNotWait) {
  Program program;
  program.server()
      .always(job, 200, body::job_detail("job-1", "running"))
      .always(events, 200, body::job_events("job-1", {}));

  const auto ran = program.run({"jobs", "watch", "job-1", "--timeout", "10s"});

  EXPECT_EQ(ran.code, 7);
  EXPECT_LE(program.server().sent().size(), 30U);
}

TEST(JobsWatch, OfAllJobsBeginsWithWhatIsNewAndHasNothingElseSent) {
  Program program;
  program.server()
      .answer_to(events, 200, R"({"success":true,"events":[],"next":70000})")
      .answer_to(events, 200, body::job_events("new", {{70001, "running", 1}}))
      .always(events, 200, body::job_events("new", {}));

  const auto ran = program.run({"jobs", "watch", "--all", "--timeout", "5s"});

  EXPECT_EQ(ran.code, 7);
  ASSERT_EQ(ran.lines().size(), 1U) << ran.out;
  EXPECT_EQ(types::Json::parse(ran.lines().front())["job_id"], "new");
  const auto sent = program.server().sent();
  EXPECT_EQ(sent[0].request.target, "/api/jobs/events?since=now&wait=0&limit=1");
  EXPECT_THAT(sent[1].request.target, HasSubstr("?since=70000&"));
}

// What is shown of all jobs where the first request, which is for what is yet to come, is answered
// so; then there are events up to 3, and 4 happens.
void expect_only_the_new(int status, const std::string& answer) {
  Program program;
  program.server()
      .answer_to(events, status, answer)
      .answer_to(events, 200, body::job_events("old", {{2, "running", 1}, {3, "completed", 5}}))
      .answer_to(events, 200, R"({"success":true,"events":[],"next":3})")
      .answer_to(events, 200, body::job_events("new", {{4, "running", 1}}))
      .always(events, 200, body::job_events("new", {}));

  const auto ran = program.run({"jobs", "watch", "--all", "--timeout", "5s"});

  EXPECT_EQ(ran.code, 7) << ran.err;
  ASSERT_EQ(ran.lines().size(), 1U) << ran.out;
  EXPECT_EQ(types::Json::parse(ran.lines().front())["job_id"], "new");
  EXPECT_THAT(program.server().sent()[3].request.target, HasSubstr("?since=3&"));
}

TEST(JobsWatch, OfAllJobsBeginsWithWhatIsNewOnAServerThatKnowsOnlyNumbers) {
  expect_only_the_new(200, body::job_events("old", {{1, "pending", 0}}));
  expect_only_the_new(400, R"({"success":false,"error":"since: value is not a valid integer"})");
}

TEST(JobsWatch, NeedsAnIdOrAllAndNotBoth) {
  Program program;

  EXPECT_EQ(program.run({"jobs", "watch"}).code, 2);
  EXPECT_EQ(program.run({"jobs", "watch", "job-1", "--all"}).code, 2);
  EXPECT_TRUE(program.server().sent().empty());
}

}  // namespace
}  // namespace bot::cli
