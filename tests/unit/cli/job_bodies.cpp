#include "tests/unit/cli/job_bodies.hpp"

#include "base/text.hpp"

namespace bot::cli::body {

std::string job(const std::string& id, const std::string& status) {
  const bool failed = status == "failed";
  return R"({"id":")" + id +
         R"(","kind":"accounts","created_at":"2026-11-21T20:05:07.000Z",)"
         R"("updated_at":"2026-11-21T20:06:00.000Z","deleted_at":null,"count":5,"username":"ada",)"
         R"("status":")" +
         status + R"(","progress":5,"successful":)" + (failed ? "3" : "5") + R"(,"failed":)" +
         (failed ? "2" : "0") +
         R"(,"started_at":"2026-11-21T20:05:08.000Z","completed_at":"2026-11-21T20:06:00.000Z",)"
         R"("error_msg":)" +
         (failed ? R"("partial: 3 of 5 accounts exist")" : "null") +
         R"(,"test_mode":false,"priority":1})";
}

std::string jobs(const std::vector<std::string>& items) {
  return R"({"success":true,"jobs":[)" + join(items, ",") + "]}";
}

std::string job_answer(const std::string& id, const std::string& status) {
  return R"({"success":true,"message":"Done","job":)" + job(id, status) + "}";
}

std::string job_detail(const std::string& id, const std::string& status) {
  return R"({"success":true,"job":)" + job(id, status) +
         R"(,"progress":{"current":5,"total":5,"percentage":100.0,"successful":5,"failed":0},)"
         R"("duration":"52s","status":")" +
         status + R"(","accounts":[)" +
         join({account(42), account(43), account(44), account(45), account(46)}, ",") + "]}";
}

std::string job_event(const std::string& id, const Happened& what) {
  return R"({"v":1,"seq":)" + std::to_string(what.seq) + R"(,"event":"status_updated","job_id":")" +
         id + R"(","status":")" + what.status +
         R"(","timestamp":"2026-11-21T20:05:08.000Z","worker_id":"worker-1","error":null,)"
         R"("data":{"job_id":")" +
         id + R"(","status":")" + what.status + R"(","priority":1,"progress":)" +
         std::to_string(what.progress) + R"(,"count":5}})";
}

std::string job_events(const std::string& id, const std::vector<Happened>& all) {
  std::vector<std::string> texts;
  for (const auto& each : all)
    texts.push_back(job_event(id, each));
  const int next = all.empty() ? 0 : all.back().seq;
  return R"({"success":true,"events":[)" + join(texts, ",") + R"(],"next":)" +
         std::to_string(next) + "}";
}

std::string account(int id, const std::string& status) {
  const auto number = std::to_string(id);
  return R"({"id":)" + number + R"(,"username":"ada-)" + number + R"(","email":"ada-)" + number +
         R"(@accounts.invalid","status":")" + status +
         R"(","concurrency_limit":1,"token_id":9,"token_shown":false,)"
         R"("created_at":"2026-11-21T20:06:00.000Z","job_id":"job-1"})";
}

std::string accounts(const std::vector<std::string>& items) {
  const auto count = std::to_string(items.size());
  return R"({"success":true,"data":[)" + join(items, ",") +
         R"(],"pagination":{"limit":100,"offset":0,"total":)" + count + R"(,"count":)" + count +
         "}}";
}

std::string account_answer(int id, const std::string& status) {
  return R"({"success":true,"message":"Account updated","account":)" + account(id, status) + "}";
}

std::string queue_item(int id, const std::string& lane) {
  return R"({"id":)" + std::to_string(id) + R"(,"lane":")" + lane +
         R"(","kind":"accounts","status":"dead","priority":1,"attempts":4,"max_attempts":4,)"
         R"("run_at":"2026-11-21T20:05:14.000Z","created_at":"2026-11-21T20:05:07.000Z",)"
         R"("started_at":"2026-11-21T20:05:08.000Z","finished_at":"2026-11-21T20:05:15.000Z",)"
         R"("lease_owner":null,"lease_until":null,"last_error":"the name is taken",)"
         R"("unique_key":null,"payload":{"job_id":"job-1"},"history":[)"
         R"({"at":"2026-11-21T20:05:09.000Z","event":"lost","attempt":1,"error":"",)"
         R"("owner":"worker-2"},{"at":"2026-11-21T20:05:15.000Z","event":"dead","attempt":4,)"
         R"("error":"the name is taken"}]})";
}

std::string queue_items(const std::vector<std::string>& items) {
  return R"({"items":[)" + join(items, ",") + "]}";
}

std::string lane(const std::string& name) {
  return R"({"lane":")" + name +
         R"(","ready":3,"scheduled":1,"leased":2,"dead":1,"paused_at":null,)"
         R"("oldest_ready_at":"2026-11-21T20:58:55.000Z","oldest_age_seconds":65.5})";
}

std::string worker(const std::string& id, const std::string& status) {
  return R"({"worker_id":")" + id + R"(","host":"alpha","pid":4711,"version":"0.1.0","status":")" +
         status +
         R"(","queues":["jobs","webhooks"],"concurrency":4,)"
         R"("started_at":"2026-11-21T20:00:00.000Z","last_heartbeat":"2026-11-21T20:59:50.000Z",)"
         R"("last_progress":"2026-11-21T20:59:40.000Z","current_job":"job-1",)"
         R"("jobs_processed":123,"jobs_succeeded":120,"jobs_failed":3,"uptime_seconds":3590})";
}

void serve_jobs(client::ScriptedTransport& server) {
  server
      .always("POST /api/accounts/generate",
              201,
              R"({"success":true,"job_ids":["job-1"],"message":"1 job was made"})")
      .always("POST /api/accounts", 201, job_answer("job-1", "pending"))
      .always("POST /api/jobs/import", 201, job_answer("job-1", "pending"))
      .always("GET /api/jobs", 200, jobs({job("job-1", "failed")}))
      .always("GET /api/jobs/job-1", 200, job_detail("job-1", "completed"))
      .always("POST /api/jobs/job-1/cancel", 200, job_answer("job-1", "cancelled"))
      .always("POST /api/jobs/job-1/retry", 200, job_answer("job-1", "pending"))
      .always("DELETE /api/jobs/job-1", 200, job_answer("job-1", "completed"))
      .always("POST /api/jobs/job-1/tokens",
              200,
              R"({"success":true,"tokens":[{"account_id":42,"username":"ada-42","token_id":9,)"
              R"("token":"minted-value-0123456789"}]})")
      .always("GET /api/jobs/events",
              200,
              job_events("job-1", {{1, "pending", 0}, {2, "running", 2}, {3, "completed", 5}}));
  server.always("GET /api/accounts", 200, accounts({account(42), account(41, "suspended")}))
      .always("GET /api/accounts/42", 200, account_answer(42, "active"))
      .always("PUT /api/accounts/42", 200, account_answer(42, "suspended"));
  server.always("GET /admin/queue", 200, R"({"lanes":[)" + lane("jobs") + "]}")
      .always("GET /admin/queue/history",
              200,
              R"({"days":[{"day":"2026-11-21","lane":"jobs","done":120,"dead":1,"cancelled":2}]})")
      .always("GET /admin/queue/jobs/items", 200, queue_items({queue_item(41)}))
      .always("POST /admin/queue/jobs/pause", 200, lane("jobs"))
      .always("POST /admin/queue/jobs/resume", 200, lane("jobs"))
      .always("POST /admin/queue/jobs/purge", 200, R"({"matched":12,"deleted":12})");
  server.always("GET /admin/dead-letters", 200, queue_items({queue_item(41)}))
      .always("GET /admin/dead-letters/41", 200, queue_item(41))
      .always("POST /admin/dead-letters/41/retry", 200, queue_item(41))
      .always("DELETE /admin/dead-letters/41", 204, "")
      .always("POST /admin/dead-letters/purge", 200, R"({"matched":12,"deleted":12})");
  server.always("GET /admin/workers", 200, R"({"workers":[)" + worker("worker-1") + "]}")
      .always("GET /admin/workers/worker-1", 200, worker("worker-1"))
      .always("POST /admin/workers/worker-1/quiet", 202, worker("worker-1"))
      .always("POST /admin/workers/worker-1/resume", 202, worker("worker-1"))
      .always("POST /admin/workers/worker-1/stop", 202, worker("worker-1"));
}

}  // namespace bot::cli::body
