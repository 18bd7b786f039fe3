#include "server/routes/openapi_operations.hpp"
#include "server/routes/schema_pieces.hpp"

namespace bot::routes {
namespace {

using namespace schema;

Json item_schema() {
  return answer({{"id", integer},
                 {"lane", string},
                 {"kind", string},
                 {"status", one_of({"ready", "leased", "done", "dead", "cancelled"})},
                 {"priority", integer},
                 {"attempts", integer},
                 {"max_attempts", integer},
                 {"run_at", time_text},
                 {"created_at", time_text},
                 {"started_at", nullable(time_text)},
                 {"finished_at", nullable(time_text)},
                 {"lease_owner", nullable(string)},
                 {"lease_until", nullable(time_text)},
                 {"last_error", nullable(string)},
                 {"unique_key", nullable(string)},
                 {"payload", any},
                 {"history", list_of("QueueItemEvent")}});
}

Json worker_schema() {
  return answer({{"worker_id", string},
                 {"host", string},
                 {"pid", integer},
                 {"version", string},
                 {"status", one_of({"running", "quiet", "stopping", "stopped", "lost"})},
                 {"queues", {{"type", "array"}, {"items", string}}},
                 {"concurrency", integer},
                 {"started_at", time_text},
                 {"last_heartbeat", time_text},
                 {"last_progress", nullable(time_text)},
                 {"current_job", nullable(string)},
                 {"jobs_processed", integer},
                 {"jobs_succeeded", integer},
                 {"jobs_failed", integer},
                 {"uptime_seconds", integer}});
}

}  // namespace

const Operations& queue_operations() {
  static const Operations all = {
      {"GET /admin/queue", {"list_lanes", "", "LaneList", {200}, {}}},
      {"GET /admin/queue/history",
       {"get_queue_history", "", "QueueHistory", {200}, {422}, {"days"}}},
      {"GET /admin/queue/{lane}/items",
       {"list_queue_items",
        "",
        "QueueItemList",
        {200},
        {404, 422},
        {"status:item_status", "kind", "search", "before", "limit"}}},
      {"POST /admin/queue/{lane}/pause", {"pause_lane", "", "Lane", {200}, {404, 422}}},
      {"POST /admin/queue/{lane}/resume", {"resume_lane", "", "Lane", {200}, {404, 422}}},
      {"POST /admin/queue/{lane}/purge",
       {"purge_lane", "LanePurge", "Purged", {200}, {404, 415, 422}}},
      {"GET /admin/dead-letters",
       {"list_dead_letters",
        "",
        "QueueItemList",
        {200},
        {422},
        {"lane", "kind", "search", "before", "limit"}}},
      {"GET /admin/dead-letters/{item_id}",
       {"get_dead_letter", "", "QueueItem", {200}, {404, 422}}},
      {"POST /admin/dead-letters/{item_id}/retry",
       {"retry_dead_letter", "", "QueueItem", {200}, {404, 409, 422}}},
      {"DELETE /admin/dead-letters/{item_id}", {"delete_dead_letter", "", "", {204}, {404, 422}}},
      {"POST /admin/dead-letters/purge",
       {"purge_dead_letters", "DeadLetterPurge", "Purged", {200}, {415, 422}}},
      {"GET /admin/workers", {"list_workers", "", "WorkerList", {200}, {}}},
      {"GET /admin/workers/{worker_id}", {"get_worker", "", "Worker", {200}, {404}}},
      {"POST /admin/workers/{worker_id}/quiet", {"quiet_worker", "", "Worker", {202}, {404, 409}}},
      {"POST /admin/workers/{worker_id}/resume",
       {"resume_worker", "", "Worker", {202}, {404, 409}}},
      {"POST /admin/workers/{worker_id}/stop", {"stop_worker", "", "Worker", {202}, {404, 409}}},
  };
  return all;
}

Json queue_schemas() {
  return {
      {"QueueItemEvent",
       with_optional(
           answer({{"at", time_text}, {"event", string}, {"attempt", integer}, {"error", string}}),
           {{"owner", string}})},
      {"QueueItem", item_schema()},
      {"QueueItemList", answer({{"items", list_of("QueueItem")}})},
      {"Lane",
       answer({{"lane", string},
               {"ready", integer},
               {"scheduled", integer},
               {"leased", integer},
               {"dead", integer},
               {"paused_at", nullable(time_text)},
               {"oldest_ready_at", nullable(time_text)},
               {"oldest_age_seconds", number}})},
      {"LaneList", answer({{"lanes", list_of("Lane")}})},
      {"QueueDay",
       answer({{"day", string},
               {"lane", string},
               {"done", integer},
               {"dead", integer},
               {"cancelled", integer}})},
      {"QueueHistory", answer({{"days", list_of("QueueDay")}})},
      {"Purged", answer({{"matched", integer}, {"deleted", integer}})},
      {"Worker", worker_schema()},
      {"WorkerList", answer({{"workers", list_of("Worker")}})},
      {"LanePurge",
       request({"status"}, {{"status", one_of({"ready", "done", "dead"})}, {"dry_run", boolean}})},
      {"DeadLetterPurge",
       request({},
               {{"lane", nullable(string)},
                {"kind", nullable(string)},
                {"older_than_seconds", {{"type", {"integer", "null"}}, {"minimum", 0}}},
                {"dry_run", boolean}})},
  };
}

}  // namespace bot::routes
