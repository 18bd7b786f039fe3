// The operations on jobs, accounts, the queue and its workers: what is sent, and what is read.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "client/ops/all.hpp"

namespace bot::client {
namespace {

struct Encoding {
  HttpRequest request;
  std::string line;
  std::string body;  // of what is sent; empty: no body and no content type
};

void expect_encoded(const std::vector<Encoding>& encodings) {
  for (const auto& [request, line, body] : encodings) {
    SCOPED_TRACE(line);
    EXPECT_EQ(request.method + " " + request.target, line);
    EXPECT_EQ(request.body, body);
    const Headers json{{"Content-Type", "application/json"}};
    EXPECT_EQ(request.headers, body.empty() ? Headers{} : json);
  }
}

TEST(JobOperations, AreEncodedAsTheContractSays) {
  expect_encoded({
      {GenerateAccounts{}.encode(), "POST /api/accounts/generate", R"({"count":1})"},
      {GenerateAccounts{.count = 5, .priority = "high", .username = "ada"}.encode(),
       "POST /api/accounts/generate",
       R"({"count":5,"priority":"high","username":"ada"})"},
      {CreateAccounts{.count = 3}.encode(), "POST /api/accounts", R"({"count":3})"},
      {CreateAccounts{.count = 3, .username = "ada"}.encode(),
       "POST /api/accounts",
       R"({"count":3,"username":"ada"})"},
      {ImportUsers{.csv = "email\na@x.org\n"}.encode(),
       "POST /api/jobs/import",
       R"({"csv":"email\na@x.org\n"})"},
      {ImportUsers{.csv = "email\n", .priority = "low"}.encode(),
       "POST /api/jobs/import",
       R"({"csv":"email\n","priority":"low"})"},
      {ListJobs{}.encode(), "GET /api/jobs", ""},
      {ListJobs{.status = "failed", .kind = "import", .limit = 5, .offset = 10}.encode(),
       "GET /api/jobs?status=failed&kind=import&limit=5&offset=10",
       ""},
      {GetJob{.id = "j-1"}.encode(), "GET /api/jobs/j-1", ""},
      {GetJob{.id = "a/b?c"}.encode(), "GET /api/jobs/a%2Fb%3Fc", ""},
      {CancelJob{.id = "j-1"}.encode(), "POST /api/jobs/j-1/cancel", ""},
      {RetryJob{.id = "j-1"}.encode(), "POST /api/jobs/j-1/retry", ""},
      {DeleteJob{.id = "j-1"}.encode(), "DELETE /api/jobs/j-1", ""},
      {TakeJobTokens{.id = "j-1"}.encode(), "POST /api/jobs/j-1/tokens", ""},
      {ListJobEvents{}.encode(), "GET /api/jobs/events", ""},
      {ListJobEvents{.since = 17, .job_id = "j-1", .wait = 20, .limit = 100}.encode(),
       "GET /api/jobs/events?since=17&job_id=j-1&wait=20&limit=100",
       ""},
      {ListJobEvents{.since = FromNow{}, .wait = 20}.encode(),
       "GET /api/jobs/events?since=now&wait=20",
       ""},
  });
}

TEST(AccountOperations, AreEncodedAsTheContractSays) {
  expect_encoded({
      {ListAccounts{}.encode(), "GET /api/accounts", ""},
      {ListAccounts{.status = "banned", .limit = 100, .offset = 200}.encode(),
       "GET /api/accounts?status=banned&limit=100&offset=200",
       ""},
      {ListAccounts{.username = "ada", .job_id = "j-1"}.encode(),
       "GET /api/accounts?username=ada&job_id=j-1",
       ""},
      {GetAccount{.id = 42}.encode(), "GET /api/accounts/42", ""},
      {UpdateAccount{.id = 42}.encode(), "PUT /api/accounts/42", "{}"},
      {UpdateAccount{.id = 42, .username = "bob", .concurrency_limit = 0, .status = "suspended"}
           .encode(),
       "PUT /api/accounts/42",
       R"({"username":"bob","concurrency_limit":0,"status":"suspended"})"},
  });
}

TEST(QueueOperations, AreEncodedAsTheContractSays) {
  expect_encoded({
      {ListLanes{}.encode(), "GET /admin/queue", ""},
      {GetQueueHistory{}.encode(), "GET /admin/queue/history", ""},
      {GetQueueHistory{.days = 30}.encode(), "GET /admin/queue/history?days=30", ""},
      {ListQueueItems{.lane = "webhook.deliver"}.encode(),
       "GET /admin/queue/webhook.deliver/items",
       ""},
      {ListQueueItems{.lane = "jobs",
                      .status = "done",
                      .kind = "import",
                      .search = "a b",
                      .before = 9,
                      .limit = 2}
           .encode(),
       "GET /admin/queue/jobs/items?status=done&kind=import&search=a%20b&before=9&limit=2",
       ""},
      {PauseLane{.lane = "jobs"}.encode(), "POST /admin/queue/jobs/pause", ""},
      {ResumeLane{.lane = "a/b"}.encode(), "POST /admin/queue/a%2Fb/resume", ""},
      {PurgeLane{.lane = "jobs", .status = "dead"}.encode(),
       "POST /admin/queue/jobs/purge",
       R"({"status":"dead","dry_run":true})"},
      {PurgeLane{.lane = "jobs", .status = "done", .purge = Purge::deletes}.encode(),
       "POST /admin/queue/jobs/purge",
       R"({"status":"done","dry_run":false})"},
  });
}

TEST(DeadLetterOperations, AreEncodedAsTheContractSays) {
  expect_encoded({
      {ListDeadLetters{}.encode(), "GET /admin/dead-letters", ""},
      {ListDeadLetters{
           .lane = "jobs", .kind = "accounts", .search = "taken", .before = 9, .limit = 2}
           .encode(),
       "GET /admin/dead-letters?lane=jobs&kind=accounts&search=taken&before=9&limit=2",
       ""},
      {GetDeadLetter{.id = 7}.encode(), "GET /admin/dead-letters/7", ""},
      {RetryDeadLetter{.id = 7}.encode(), "POST /admin/dead-letters/7/retry", ""},
      {DeleteDeadLetter{.id = 7}.encode(), "DELETE /admin/dead-letters/7", ""},
      {PurgeDeadLetters{}.encode(), "POST /admin/dead-letters/purge", R"({"dry_run":true})"},
      {PurgeDeadLetters{
           .lane = "jobs", .kind = "import", .older_than_seconds = 60, .purge = Purge::deletes}
           .encode(),
       "POST /admin/dead-letters/purge",
       R"({"lane":"jobs","kind":"import","older_than_seconds":60,"dry_run":false})"},
  });
}

TEST(WorkerOperations, AreEncodedAsTheContractSays) {
  expect_encoded({
      {ListWorkers{}.encode(), "GET /admin/workers", ""},
      {GetWorker{.id = "worker-1"}.encode(), "GET /admin/workers/worker-1", ""},
      {QuietWorker{.id = "worker-1"}.encode(), "POST /admin/workers/worker-1/quiet", ""},
      {ResumeWorker{.id = "worker-1"}.encode(), "POST /admin/workers/worker-1/resume", ""},
      {StopWorker{.id = "worker-1"}.encode(), "POST /admin/workers/worker-1/stop", ""},
  });
}

template <typename Op>
Result<typename Op::Response> decode(const std::string& body, int status = 200) {
  return Op::decode(HttpResponse{.status = status, .body = body});
}

constexpr const char* job =
    R"({"id":"j-1","kind":"accounts","created_at":"2026-11-26T18:00:00.000Z",)"
    R"("updated_at":"2026-11-26T18:00:01.000Z","deleted_at":null,"count":5,"username":null,)"
    R"("status":"running","progress":3,"successful":2,"failed":1,"started_at":null,)"
    R"("completed_at":null,"error_msg":null,"test_mode":false,"priority":1})";

TEST(JobOperations, AnswersAreDecoded) {
  const auto answer = std::string(R"({"success":true,"message":"m","job":)") + job + "}";
  EXPECT_EQ(decode<GenerateAccounts>(R"({"success":true,"job_ids":["a","b"],"message":"m"})", 201)
                ->job_ids,
            (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(decode<CreateAccounts>(answer, 201)->job.count, 5);
  EXPECT_EQ(decode<ImportUsers>(answer, 201)->job.id, "j-1");
  EXPECT_EQ(decode<ListJobs>(std::string(R"({"success":true,"jobs":[)") + job + "]}")->jobs.size(),
            1U);
  const auto detail = decode<GetJob>(
      std::string(R"({"success":true,"job":)") + job +
      R"(,"progress":{"current":3,"total":5,"percentage":60.0,"successful":2,"failed":1},)"
      R"("duration":"4m30s","status":"running","accounts":[]})");
  ASSERT_TRUE(detail.has_value()) << detail.error().message;
  EXPECT_EQ(detail->progress.percentage, 60);
  EXPECT_EQ(decode<CancelJob>(answer)->job.status, "running");
  EXPECT_EQ(decode<RetryJob>(answer)->message, "m");
  EXPECT_EQ(decode<DeleteJob>(answer)->job.id, "j-1");
  EXPECT_EQ(decode<TakeJobTokens>(
                R"({"success":true,"tokens":[{"account_id":4,"username":"u","token_id":9,)"
                R"("token":"secret"}]})")
                ->tokens.at(0)
                .token,
            "secret");
  const auto events = decode<ListJobEvents>(
      R"({"success":true,"events":[{"v":1,"seq":17,"event":"status_updated","job_id":"j-1",)"
      R"("status":"running","timestamp":"2026-11-26T18:00:00Z","worker_id":null,"error":null,)"
      R"("data":{"job_id":"j-1","status":"running","priority":1,"progress":3,"count":5}}],)"
      R"("next":17})");
  ASSERT_TRUE(events.has_value()) << events.error().message;
  EXPECT_EQ(events->events.at(0).data.progress, 3);
  EXPECT_EQ(events->next, 17);
}

TEST(AccountOperations, AnswersAreDecoded) {
  constexpr const char* account =
      R"({"id":42,"username":"ada","email":"ada@accounts.invalid","status":"active",)"
      R"("concurrency_limit":1,"token_id":9,"token_shown":false,)"
      R"("created_at":"2026-11-26T18:00:00.000Z","job_id":"j-1"})";
  const auto one = std::string(R"({"success":true,"account":)") + account + "}";
  const auto page =
      decode<ListAccounts>(std::string(R"({"success":true,"data":[)") + account +
                           R"(],"pagination":{"limit":20,"offset":0,"total":1,"count":1}})");
  ASSERT_TRUE(page.has_value()) << page.error().message;
  EXPECT_EQ(page->pagination.total, 1);
  EXPECT_EQ(decode<GetAccount>(one)->account.username, "ada");
  EXPECT_EQ(decode<UpdateAccount>(one)->account.token_id, 9);
}

constexpr const char* item =
    R"({"id":7,"lane":"jobs","kind":"accounts","status":"dead","priority":1,"attempts":4,)"
    R"("max_attempts":4,"run_at":"2026-11-26T18:00:00.000Z",)"
    R"("created_at":"2026-11-26T18:00:00.000Z","started_at":null,"finished_at":null,)"
    R"("lease_owner":null,"lease_until":null,"last_error":"taken","unique_key":null,)"
    R"("payload":{"job_id":"j-1"},"history":[]})";

TEST(QueueOperations, AnswersAreDecoded) {
  constexpr const char* lane =
      R"({"lane":"jobs","ready":3,"scheduled":0,"leased":1,"dead":2,"paused_at":null,)"
      R"("oldest_ready_at":"2026-11-26T18:00:00.000Z","oldest_age_seconds":12.5})";
  const auto lanes = decode<ListLanes>(std::string(R"({"lanes":[)") + lane + "]}");
  ASSERT_TRUE(lanes.has_value()) << lanes.error().message;
  EXPECT_EQ(lanes->lanes.at(0).oldest_age_seconds, 12.5);
  EXPECT_EQ(decode<PauseLane>(lane)->ready, 3);
  EXPECT_EQ(decode<ResumeLane>(lane)->dead, 2);
  EXPECT_EQ(decode<GetQueueHistory>(
                R"({"days":[{"day":"2026-11-26","lane":"jobs","done":9,"dead":1,"cancelled":2}]})")
                ->days.at(0)
                .cancelled,
            2);
  const auto items = decode<ListQueueItems>(std::string(R"({"items":[)") + item + "]}");
  ASSERT_TRUE(items.has_value()) << items.error().message;
  EXPECT_EQ(items->items.at(0).payload, (types::Json{{"job_id", "j-1"}}));
  EXPECT_EQ(decode<PurgeLane>(R"({"matched":4,"deleted":0})")->matched, 4);
}

TEST(DeadLetterOperations, AnswersAreDecoded) {
  EXPECT_EQ(decode<ListDeadLetters>(R"({"items":[]})")->items.size(), 0U);
  EXPECT_EQ(decode<GetDeadLetter>(item)->last_error, "taken");
  EXPECT_EQ(decode<RetryDeadLetter>(item)->id, 7);
  EXPECT_EQ(decode<PurgeDeadLetters>(R"({"matched":4,"deleted":4})")->deleted, 4);
  EXPECT_TRUE(decode<DeleteDeadLetter>("", 204).has_value());
  EXPECT_FALSE(decode<DeleteDeadLetter>("<html>", 200).has_value());
}

TEST(WorkerOperations, AnswersAreDecoded) {
  const std::string worker =
      R"({"worker_id":"worker-1","host":"h","pid":77,"version":"0.1.0","status":"running",)"
      R"("queues":["jobs"],"concurrency":4,"started_at":"2026-11-26T18:00:00.000Z",)"
      R"("last_heartbeat":"2026-11-26T18:00:30.000Z","current_job":"j-1","jobs_processed":9,)"
      R"("jobs_succeeded":8,"jobs_failed":1,"uptime_seconds":30})";
  EXPECT_EQ(decode<ListWorkers>(R"({"workers":[)" + worker + "]}")->workers.size(), 1U);
  EXPECT_EQ(decode<GetWorker>(worker)->current_job, "j-1");
  EXPECT_EQ(decode<QuietWorker>(worker, 202)->status, "running");
  EXPECT_EQ(decode<ResumeWorker>(worker, 202)->concurrency, 4);
  EXPECT_EQ(decode<StopWorker>(worker, 202)->queues, std::vector<std::string>{"jobs"});
}

}  // namespace
}  // namespace bot::client
