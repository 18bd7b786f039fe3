#include "server/routes/openapi_operations.hpp"
#include "server/routes/schema_pieces.hpp"

namespace bot::routes {
namespace {

using namespace schema;

const Json job_status = {{"type", "string"},
                         {"enum", {"pending", "running", "completed", "failed", "cancelled"}}};
const Json account_status = {{"type", "string"}, {"enum", {"active", "suspended", "banned"}}};

Json the(const std::string& name) {
  return {{"$ref", "#/components/schemas/" + name}};
}

Json job_schema() {
  return answer({{"id", string},
                 {"kind", string},
                 {"created_at", time_text},
                 {"updated_at", time_text},
                 {"deleted_at", {{"type", "null"}}},
                 {"count", integer},
                 {"username", nullable(string)},
                 {"status", job_status},
                 {"progress", integer},
                 {"successful", integer},
                 {"failed", integer},
                 {"started_at", nullable(time_text)},
                 {"completed_at", nullable(time_text)},
                 {"error_msg", nullable(string)},
                 {"test_mode", boolean},
                 {"priority", integer}});
}

Json progress_schema() {
  return answer({{"current", integer},
                 {"total", integer},
                 {"percentage", number},
                 {"successful", integer},
                 {"failed", integer}});
}

Json account_schema() {
  return answer({{"id", integer},
                 {"username", string},
                 {"email", string},
                 {"status", account_status},
                 {"concurrency_limit", integer},
                 {"token_id", nullable(integer)},
                 {"token_shown", boolean},
                 {"created_at", time_text},
                 {"job_id", string}});
}

Json job_event_schema() {
  return answer({{"v", integer},
                 {"seq", integer},
                 {"event",
                  {{"type", "string"},
                   {"enum",
                    {"job_added",
                     "status_updated",
                     "job_completed",
                     "job_failed",
                     "job_cancelled",
                     "job_deleted"}}}},
                 {"job_id", string},
                 {"status", job_status},
                 {"timestamp", time_text},
                 {"worker_id", nullable(string)},
                 {"error", nullable(string)},
                 {"data",
                  answer({{"job_id", string},
                          {"status", job_status},
                          {"priority", integer},
                          {"progress", integer},
                          {"count", integer}})}});
}

Json job_counts_schema() {
  return answer({{"total", integer},
                 {"pending", integer},
                 {"running", integer},
                 {"completed", integer},
                 {"failed", integer},
                 {"cancelled", integer}});
}

Json queue_counts_schema() {
  return answer({{"queue_length", integer},
                 {"processing_count", integer},
                 {"high_priority", integer},
                 {"normal_priority", integer},
                 {"low_priority", integer},
                 {"ttl_seconds", integer},
                 {"oldest_age_seconds", nullable(number)}});
}

Json settings_schema() {
  return answer({{"success", boolean},
                 {"data",
                  answer({{"worker_count", integer},
                          {"retry_count", integer},
                          {"timeout", integer},
                          {"generate_limit", integer},
                          {"account_domain", string}})}});
}

Json request_schemas() {
  const Json priority = {{"type", {"string", "null"}},
                         {"description", "low, normal or high, in letters of either case"}};
  return {
      {"GenerateAccounts",
       request({"count"},
               {{"count", {{"type", "integer"}, {"minimum", 1}, {"maximum", 100}}},
                {"priority", priority},
                {"username", nullable(string)}})},
      {"NewAccounts",
       request({},
               {{"count", {{"type", {"integer", "null"}}, {"maximum", 100}}},
                {"username", nullable(string)}})},
      {"AccountPatch",
       request({},
               {{"username", nullable(string)},
                {"concurrency_limit", {{"type", {"integer", "null"}}, {"minimum", 0}}},
                {"status", nullable(string)}})},
      {"Import", request({"csv"}, {{"csv", string}, {"priority", priority}})},
      {"JobSettingsPatch",
       request({},
               {{"retry_count", {{"type", {"integer", "null"}}, {"minimum", 0}}},
                {"timeout", {{"type", {"integer", "null"}}, {"minimum", 1}}}})},
  };
}

Json account_schemas() {
  return {
      {"Account", account_schema()},
      {"AccountPage",
       answer({{"success", boolean},
               {"data", list_of("Account")},
               {"pagination",
                answer({{"limit", integer},
                        {"offset", integer},
                        {"total", integer},
                        {"count", integer}})}})},
      {"AccountAnswer",
       with_optional(answer({{"success", boolean}, {"account", the("Account")}}),
                     {{"message", string}})},
      {"AccountTokens",
       answer({{"success", boolean},
               {"tokens",
                {{"type", "array"},
                 {"items",
                  answer({{"account_id", integer},
                          {"username", string},
                          {"token_id", integer},
                          {"token", string}})}}}})},
      {"AccountStatistics",
       answer({{"success", boolean},
               {"total_accounts", integer},
               {"success_rate", number},
               {"failure_rate", number},
               {"account_stats",
                answer({{"total", integer},
                        {"active", integer},
                        {"banned", integer},
                        {"suspended", integer},
                        {"created_today", integer}})},
               {"job_stats", the("JobCounts")},
               {"queue_stats", the("JobQueueCounts")}})},
  };
}

}  // namespace

const Operations& job_operations() {
  static const Operations operations = {
      {"POST /api/accounts/generate",
       {"generate_accounts", "GenerateAccounts", "GeneratedJobs", {201}, {409, 415}}},
      {"POST /api/accounts", {"create_accounts", "NewAccounts", "JobAnswer", {201}, {409, 415}}},
      {"GET /api/accounts",
       {"list_accounts",
        "",
        "AccountPage",
        {200},
        {404},
        {"limit", "offset", "status:account_status", "username", "job_id"}}},
      {"GET /api/accounts/{account_id}", {"get_account", "", "AccountAnswer", {200}, {404}}},
      {"PUT /api/accounts/{account_id}",
       {"update_account", "AccountPatch", "AccountAnswer", {200}, {404, 409, 415}}},
      {"DELETE /api/accounts/{account_id}", {"delete_account", "", "AccountAnswer", {200}, {404}}},
      {"GET /api/stats", {"get_account_statistics", "", "AccountStatistics", {200}, {}}},
      {"GET /api/jobs",
       {"list_jobs",
        "",
        "JobList",
        {200},
        {},
        {"limit", "offset", "status:job_status", "kind", "since:time"}}},
      {"GET /api/jobs/stats", {"get_job_statistics", "", "JobStatistics", {200}, {}}},
      {"GET /api/jobs/events",
       {"list_job_events",
        "",
        "JobEventPage",
        {200},
        {404},
        {"since:event_place", "job_id", "wait", "limit"}}},
      {"POST /api/jobs/import", {"import_users", "Import", "JobAnswer", {201}, {409, 415}}},
      {"GET /api/jobs/{job_id}", {"get_job", "", "JobDetail", {200}, {404}}},
      {"POST /api/jobs/{job_id}/cancel", {"cancel_job", "", "JobAnswer", {200}, {404}}},
      {"POST /api/jobs/{job_id}/retry", {"retry_job", "", "JobAnswer", {200}, {404}}},
      {"DELETE /api/jobs/{job_id}", {"delete_job", "", "JobAnswer", {200}, {404}}},
      {"POST /api/jobs/{job_id}/tokens",
       {"show_job_tokens", "", "AccountTokens", {200}, {404, 409}}},
      {"GET /api/settings", {"get_job_settings", "", "JobSettings", {200}, {}}},
      {"POST /api/settings",
       {"update_job_settings", "JobSettingsPatch", "JobSettings", {200}, {415}}},
  };
  return operations;
}

Json job_schemas() {
  Json schemas{
      {"ApiError",
       with_optional(answer({{"success", boolean}, {"error", string}}),
                     {{"message", string}, {"retry_after_seconds", integer}})},
      {"Job", job_schema()},
      {"JobList", answer({{"success", boolean}, {"jobs", list_of("Job")}})},
      {"JobDetail",
       answer({{"success", boolean},
               {"job", the("Job")},
               {"progress", progress_schema()},
               {"duration", nullable(string)},
               {"status", job_status},
               {"accounts", list_of("Account")}})},
      {"JobAnswer", answer({{"success", boolean}, {"message", string}, {"job", the("Job")}})},
      {"GeneratedJobs",
       answer({{"success", boolean},
               {"job_ids", {{"type", "array"}, {"items", string}}},
               {"message", string}})},
      {"JobEvent", job_event_schema()},
      {"JobEventPage",
       answer({{"success", boolean}, {"events", list_of("JobEvent")}, {"next", integer}})},
      {"JobCounts", job_counts_schema()},
      {"JobQueueCounts", queue_counts_schema()},
      {"JobStatistics",
       answer({{"success", boolean},
               {"job_stats", the("JobCounts")},
               {"queue_stats", the("JobQueueCounts")}})},
      {"JobSettings", settings_schema()},
  };
  schemas.update(account_schemas());
  schemas.update(request_schemas());
  return schemas;
}

}  // namespace bot::routes
