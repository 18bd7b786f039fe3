// The queue, its dead letters and its workers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/unicode.hpp"
#include "tests/unit/cli/job_bodies.hpp"
#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

using testing::HasSubstr;

std::string refusal(const std::string& sentence) {
  return R"({"success":false,"error":")" + sentence + "\"}";
}

std::string dead_letters(int newest, int oldest) {
  std::vector<std::string> items;
  for (int id = newest; id >= oldest; --id)
    items.push_back(body::queue_item(id));
  return body::queue_items(items);
}

TEST(QueueStats, TellsTheAgeOfTheOldestAndSinceWhenALaneIsPaused) {
  Program program;
  auto paused = body::lane("webhook.deliver");
  paused.replace(
      paused.find("\"paused_at\":null"), 16, R"("paused_at":"2026-11-21T20:00:00.000Z")");
  program.server().answer(200, R"({"lanes":[)" + body::lane("jobs") + "," + paused + "]}");

  const auto ran = program.run({"queue", "stats"});

  EXPECT_EQ(ran.lines()[0], "jobs\t3\t1\t2\t1\t1m5s\t");
  EXPECT_EQ(ran.lines()[1], "webhook.deliver\t3\t1\t2\t1\t1m5s\t2026-11-21T20:00:00.000Z");
}

TEST(QueueStats, TellsNoAgeWhereNothingWaits) {
  Program program;
  auto idle = body::lane("jobs");
  idle.replace(idle.find("\"2026-11-21T20:58:55.000Z\""), 26, "null");
  program.server().answer(200, R"({"lanes":[)" + idle + "]}");

  EXPECT_EQ(program.run({"queue", "stats"}).out, "jobs\t3\t1\t2\t1\t\t\n");
}

TEST(Queue, NeedsTheAdminKey) {
  Program program;
  program.environment.erase("BOTCTL_ADMIN_KEY");

  for (const auto& words : std::vector<std::vector<std::string>>{
           {"queue", "stats"}, {"dlq", "list"}, {"workers", "list"}})
    EXPECT_EQ(program.run(words).code, 4);
  EXPECT_TRUE(program.server().sent().empty());
}

TEST(QueueShow, GoesOnFromTheLastIdAndPassesTheFiltersOn) {
  Program program;
  program.server().answer(200, dead_letters(1050, 51)).answer(200, dead_letters(50, 1));

  const auto ran = program.run(
      {"queue", "show", "jobs", "--status", "dead", "--kind", "accounts", "--search", "a b"});

  EXPECT_EQ(ran.lines().size(), 1050U);
  EXPECT_EQ(program.server().sent().back().request.target,
            "/admin/queue/jobs/items?status=dead&kind=accounts&search=a%20b&before=51&limit=1000");
}

TEST(Queue, ALaneThatIsNotThereIsExitFive) {
  Program program;
  for (const auto* route : {"GET /admin/queue/nope/items",
                            "POST /admin/queue/nope/pause",
                            "POST /admin/queue/nope/purge"})
    program.server().answer_to(route, 404, R"({"detail":"Lane not found"})");

  EXPECT_EQ(program.run({"queue", "show", "nope"}).code, 5);
  EXPECT_EQ(program.run({"queue", "pause", "nope"}).code, 5);
  EXPECT_EQ(program.run({"queue", "purge", "nope", "--status", "done", "--yes"}).code, 5);
}

TEST(QueuePurge, CountsBeforeItAsks) {
  Program program;
  program.server().answer(200, R"({"matched":12,"deleted":0})");
  program.terminal = {.in_is_tty = true, .out_is_tty = true, .err_is_tty = true};
  program.input = "n\n";

  const auto ran = program.run({"queue", "purge", "jobs", "--status", "dead"});

  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, HasSubstr("Delete 12 dead items of lane jobs? [y/N]"));
  EXPECT_EQ(program.server().sent().back().request.body, R"({"status":"dead","dry_run":true})");
}

TEST(QueuePurge, NeedsAStateAndYesWhereNobodyCanBeAsked) {
  Program program;

  EXPECT_EQ(program.run({"queue", "purge", "jobs", "--yes"}).code, 2);
  EXPECT_EQ(program.run({"queue", "purge", "jobs", "--status", "dead"}).code, 2);
  EXPECT_EQ(program.run({"queue", "purge", "jobs", "--status", "leased", "--yes"}).code, 2);
  EXPECT_TRUE(program.server().sent().empty());
}

TEST(QueuePurge, AsksAgainAServerThatDeletesAPartAtATime) {
  Program program;
  program.server()
      .answer(200, R"({"matched":25,"deleted":10})")
      .answer(200, R"({"matched":15,"deleted":10})")
      .answer(200, R"({"matched":5,"deleted":5})");

  const auto ran = program.run({"queue", "purge", "jobs", "--status", "done", "--yes", "--json"});

  EXPECT_EQ(ran.json()["deleted"], 25);
  EXPECT_EQ(program.server().sent().back().request.body, R"({"status":"done","dry_run":false})");
}

TEST(QueuePurge, ADryRunOnlyCounts) {
  Program program;
  program.server().answer(200, R"({"matched":12,"deleted":0})");
  program.environment["BOTCTL_OUTPUT"] = "table";

  EXPECT_EQ(program.run({"queue", "purge", "jobs", "--status", "done", "--dry-run"}).out,
            "12 done items of lane jobs would be deleted\n");
}

TEST(QueueHistory, IsOfAWeekUnlessToldOtherwise) {
  Program program;
  program.serve_everything();

  EXPECT_EQ(program.run({"queue", "history"}).out, "2026-11-21\tjobs\t120\t1\t2\n");
  EXPECT_EQ(program.server().sent().back().request.target, "/admin/queue/history?days=7");
  program.run({"queue", "history", "--days", "30"});
  EXPECT_EQ(program.server().sent().back().request.target, "/admin/queue/history?days=30");
}

TEST(DlqList, FetchesTenThousandAndPassesTheFiltersOn) {
  Program program;
  for (int newest = 10'000; newest > 0; newest -= 1000)
    program.server().answer(200, dead_letters(newest, newest - 999));
  program.server().answer(200, body::queue_items({}));

  const auto ran = program.run({"dlq", "list", "--lane", "jobs", "--search", "taken"});

  EXPECT_EQ(ran.lines().size(), 10'000U);
  EXPECT_EQ(program.server().sent().back().request.target,
            "/admin/dead-letters?lane=jobs&search=taken&before=1&limit=1000");
}

TEST(DlqList, IsEmptyWithANoteOnStandardErrorOnly) {
  Program program;
  program.server().answer(200, body::queue_items({}));

  const auto ran = program.run({"dlq", "list"});

  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, "no dead letters\n");
}

TEST(DlqShow, HasPayloadAndHistory) {
  Program program;
  program.serve_everything();
  program.environment["BOTCTL_OUTPUT"] = "table";

  const auto ran = program.run({"dlq", "show", "41"});

  EXPECT_THAT(ran.out, HasSubstr(R"({"job_id":"job-1"})"));
  EXPECT_THAT(ran.out, HasSubstr("lost"));
  EXPECT_EQ(program.run({"dlq", "show", "x"}).code, 2);
}

TEST(DlqRetry, TakesIdsAndTellsEachWithItsNumber) {
  Program program;
  program.server()
      .answer_to("POST /admin/dead-letters/41/retry", 200, body::queue_item(41))
      .answer_to("POST /admin/dead-letters/42/retry", 404, refusal("it is no dead letter"));

  const auto ran = program.run({"dlq", "retry", "41", "42", "-o", "ndjson"});

  EXPECT_EQ(ran.code, 10);
  EXPECT_EQ(ran.lines()[0], R"({"id":41,"ok":true,"status":"dead"})");
  EXPECT_EQ(ran.lines()[1], R"({"id":42,"ok":false,"error":"it is no dead letter"})");
  EXPECT_EQ(program.run({"dlq", "retry", "41", "x"}).code, 2);
}

TEST(DlqDelete, DeletesWhatTheFiltersSelectAndNothingElse) {
  Program program;
  program.server()
      .answer_to("GET /admin/dead-letters",
                 200,
                 body::queue_items({body::queue_item(41), body::queue_item(40, "other")}))
      .answer_to("DELETE /admin/dead-letters/41", 204, "");

  const auto ran = program.run({"dlq", "delete", "--lane", "jobs", "--yes", "-o", "id"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "41\n");
}

TEST(DlqPurge, SendsTheFilters) {
  Program program;
  program.serve_everything();

  program.run({"dlq", "purge", "--lane", "jobs", "--kind", "import", "--older", "1h", "--yes"});

  EXPECT_EQ(program.server().sent().back().request.body,
            R"({"lane":"jobs","kind":"import","older_than_seconds":3600,"dry_run":false})");
}

TEST(DlqExport, HasPayloadAndHistoryAsJsonInCells) {
  Program program;
  program.serve_everything();

  const auto lines = program.run({"dlq", "export"}).lines();

  EXPECT_EQ(lines[0],
            "id,lane,kind,attempts,max_attempts,created_at,finished_at,last_error,unique_key,"
            "payload,history");
  EXPECT_THAT(lines[1], HasSubstr(R"(,"{""job_id"":""job-1""}",)"));
}

TEST(DlqExport, CannotActOnATerminalAndIsExactInAPipe) {
  Program program;
  auto evil = body::queue_item(41);
  evil.replace(evil.find("the name is taken"), 17, R"(a\u001b[2Jb)");
  program.server().always("GET /admin/dead-letters", 200, body::queue_items({evil}));

  EXPECT_THAT(program.run({"dlq", "export"}).out, HasSubstr("a\x1b[2Jb"));
  program.environment["BOTCTL_FORCE_TTY"] = "100";
  const auto shown = program.run({"dlq", "export"}).out;
  EXPECT_THAT(shown, HasSubstr(R"(a\x1b[2Jb)"));
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
}

TEST(Workers, AreAskedOneByOne) {
  Program program;
  program.server()
      .answer_to("POST /admin/workers/a/quiet", 202, body::worker("a"))
      .answer_to("POST /admin/workers/b/quiet", 409, refusal("the worker is lost"));

  const auto ran = program.run({"workers", "quiet", "a", "b"});

  EXPECT_EQ(ran.code, 10);
  EXPECT_EQ(ran.out, "a\tasked to go quiet\t\nb\terror\tthe worker is lost\n");
  EXPECT_THAT(ran.err, HasSubstr("1 of 2 workers could not be asked to go quiet"));
}

TEST(Workers, AreListedByTheirState) {
  Program program;
  program.server().always(
      "GET /admin/workers",
      200,
      R"({"workers":[)" + body::worker("a", "lost") + "," + body::worker("b") + "]}");

  EXPECT_EQ(program.run({"workers", "list", "--status", "lost", "-o", "id"}).out, "a\n");
  EXPECT_EQ(program.run({"workers", "list", "--status", "quiet"}).out, "");
  EXPECT_EQ(program.run({"workers", "list", "--status", "dead"}).code, 2);
}

TEST(Workers, FitANarrowTerminalAndShowTheCurrentJobWhole) {
  const std::string job = "7b0c9d52-6d1e-4a0c-8f43-0123456789ab";
  auto worker = body::worker("server-0123abcd");
  worker.replace(worker.find("job-1"), 5, job);
  Program program;
  program.server().always("GET /admin/workers", 200, R"({"workers":[)" + worker + "]}");
  program.environment["NO_COLOR"] = "1";

  for (const auto& [width, titles] : std::vector<std::pair<std::string, std::string>>{
           {"130",
            "WORKER           STATUS   HOST   QUEUES         SLOTS  PROCESSED  FAILED  HEARTBEAT  "
            "CURRENT JOB"},
           {"80", "WORKER           STATUS   HEARTBEAT  CURRENT JOB"}}) {
    program.environment["BOTCTL_FORCE_TTY"] = width;
    const auto lines = program.run({"workers", "list"}).lines();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0], titles);
    EXPECT_THAT(lines[1], testing::EndsWith("  " + job));
    EXPECT_LE(display_width(lines[1]), static_cast<std::size_t>(std::stoi(width)));
  }
}

TEST(Workers, InsideAServerOnlyGoQuietAndStoppingSaysSo) {
  Program program;
  program.serve_everything();

  EXPECT_THAT(program.run({"workers", "stop", "worker-1", "--yes"}).err,
              HasSubstr("one inside a server only goes quiet"));
}

TEST(Workers, AreNotStoppedWithoutAYes) {
  Program program;

  EXPECT_EQ(program.run({"workers", "stop", "a"}).code, 2);
  EXPECT_EQ(program.run({"workers", "stop"}).code, 2);
  EXPECT_TRUE(program.server().sent().empty());
}

TEST(Completions, OfferTheServersJobsLanesAndWorkers) {
  Program program;
  program.serve_everything();

  EXPECT_EQ(program.run({"__complete", "--", "jobs", "get", "j"}).out,
            "job-1\taccounts, failed\n:4\n");
  EXPECT_EQ(program.run({"__complete", "--", "jobs", "cancel", "x", "j"}).out,
            "job-1\taccounts, failed\n:4\n");
  EXPECT_EQ(program.run({"__complete", "--", "queue", "pause", ""}).out, "jobs\t3 ready\n:4\n");
  EXPECT_EQ(program.run({"__complete", "--", "dlq", "list", "--lane", "jo"}).out,
            "jobs\t3 ready\n:4\n");
  EXPECT_EQ(program.run({"__complete", "--", "workers", "stop", "w"}).out,
            "worker-1\trunning\n:4\n");
}

}  // namespace
}  // namespace bot::cli
