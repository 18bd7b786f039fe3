#include "server/routes/openapi_schemas.hpp"

#include <cstdint>

#include "server/routes/schema_pieces.hpp"

namespace bot::routes {
namespace {

using namespace schema;

const Json platform = {{"type", "string"}, {"enum", {"google_meet", "zoom", "teams"}}};
const Json state = {
    {"type", "string"},
    {"enum", {"reserved", "starting", "active", "stopping", "completed", "failed"}}};
const Json task = {{"type", "string"}, {"enum", {"transcribe", "translate"}}};

Json user_schema() {
  return answer({{"email", string},
                 {"name", nullable(string)},
                 {"image_url", nullable(string)},
                 {"max_concurrent_bots", {{"type", "integer"}, {"minimum", 0}}},
                 {"data", object},
                 {"id", integer},
                 {"created_at", time_text}});
}

Json user_detail_schema() {
  auto schema = user_schema();
  schema["properties"]["api_tokens"] = list_of("Token");
  schema["required"].push_back("api_tokens");
  return schema;
}

Json token_schema() {
  return with_optional(
      answer({{"user_id", integer},
              {"id", integer},
              {"name", nullable(string)},
              {"created_at", time_text},
              {"expires_at", nullable(time_text)},
              {"last_used_at", nullable(time_text)}}),
      {{"token",
        {{"type", "string"}, {"description", "The value, only in the answer to its creation"}}}});
}

Json meeting_schema() {
  return answer({{"id", integer},
                 {"user_id", integer},
                 {"platform", platform},
                 {"native_meeting_id", nullable(string)},
                 {"constructed_meeting_url", nullable(string)},
                 {"status", state},
                 {"bot_container_id", nullable(string)},
                 {"start_time", nullable(time_text)},
                 {"end_time", nullable(time_text)},
                 {"data", object},
                 {"created_at", time_text},
                 {"updated_at", time_text}});
}

Json running_bot_schema() {
  return answer({{"container_id", nullable(string)},
                 {"container_name", nullable(string)},
                 {"platform", platform},
                 {"native_meeting_id", nullable(string)},
                 {"status", string},
                 {"normalized_status", string},
                 {"created_at", time_text},
                 {"labels", object},
                 {"meeting_id_from_name", string},
                 {"meeting_id", integer},
                 {"meeting_status", state},
                 {"session_uid", nullable(string)},
                 {"last_heartbeat_at", nullable(time_text)}});
}

Json segment_schema() {
  return answer({{"start", number},
                 {"end", number},
                 {"text", string},
                 {"language", nullable(string)},
                 {"created_at", nullable(time_text)},
                 {"speaker", nullable(string)},
                 {"absolute_start_time", nullable(time_text)},
                 {"absolute_end_time", nullable(time_text)}});
}

Json transcript_schema() {
  return answer({{"id", integer},
                 {"platform", platform},
                 {"native_meeting_id", nullable(string)},
                 {"constructed_meeting_url", nullable(string)},
                 {"status", state},
                 {"start_time", nullable(time_text)},
                 {"end_time", nullable(time_text)},
                 {"segments", list_of("Segment")}});
}

Json timeline_schema() {
  const auto session = answer({{"session_uid", string},
                               {"container_id", nullable(string)},
                               {"started_at", time_text},
                               {"ended_at", nullable(time_text)},
                               {"last_heartbeat_at", nullable(time_text)}});
  const auto transition = answer({{"from", nullable(string)},
                                  {"to", state},
                                  {"at", string},
                                  {"source", string},
                                  {"reason", nullable(string)}});
  return answer({{"meeting_id", integer},
                 {"status", state},
                 {"sessions", {{"type", "array"}, {"items", session}}},
                 {"transitions", {{"type", "array"}, {"items", transition}}}});
}

Json command_schema() {
  return answer({{"id", integer},
                 {"meeting_id", integer},
                 {"session_uid", string},
                 {"action", string},
                 {"payload", object},
                 {"status", {{"type", "string"}, {"enum", {"sent", "delivered", "acknowledged"}}}},
                 {"created_at", time_text},
                 {"delivered_at", nullable(time_text)},
                 {"acknowledged_at", nullable(time_text)},
                 {"result", any}});
}

Json webhook_schema() {
  auto schema = user_schema();
  schema["properties"]["webhook_url"] = nullable(string);
  schema["properties"]["updated_at"] = nullable(time_text);
  schema["required"].push_back("webhook_url");
  schema["required"].push_back("updated_at");
  return with_optional(
      schema,
      {{"secret",
        {{"type", "string"}, {"description", "The signing secret, only when it was just made"}}}});
}

Json delivery_schema() {
  return answer({{"id", integer},
                 {"event_id", string},
                 {"event_type", string},
                 {"url", string},
                 {"status", {{"type", "string"}, {"enum", {"queued", "delivered", "dead"}}}},
                 {"attempts", integer},
                 {"response_status", nullable(integer)},
                 {"last_error", nullable(string)},
                 {"created_at", time_text},
                 {"delivered_at", nullable(time_text)}});
}

Json audit_entry_schema() {
  return answer({{"id", integer},
                 {"at", time_text},
                 {"actor", string},
                 {"action", string},
                 {"subject", string},
                 {"outcome", nullable(string)},
                 {"from", nullable(string)},
                 {"key", nullable(string)},
                 {"token_id", nullable(integer)},
                 {"note", nullable(string)},
                 {"request_id", string}});
}

Json request_schemas() {
  return {
      {"NewUser",
       request({"email"},
               {{"email", string},
                {"name", nullable(string)},
                {"image_url", nullable(string)},
                {"max_concurrent_bots", {{"type", {"integer", "null"}}, {"minimum", 0}}},
                {"data", nullable(object)}})},
      {"UserPatch",
       request({},
               {{"name", nullable(string)},
                {"image_url", nullable(string)},
                {"max_concurrent_bots", {{"type", "integer"}, {"minimum", 0}}},
                {"data", nullable(object)},
                {"email", nullable(string)}})},
      {"NewToken", request({}, {{"name", nullable(string)}, {"expires_in", nullable(string)}})},
      {"NewBot",
       request({"platform", "native_meeting_id"},
               {{"platform", platform},
                {"native_meeting_id", {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}}},
                {"bot_name", nullable(string)},
                {"language", nullable(string)},
                {"task", nullable(string)},
                {"passcode", nullable(string)}})},
      {"BotConfig", request({}, {{"language", nullable(string)}, {"task", nullable(string)}})},
      {"MeetingPatch",
       request({"data"},
               {{"data",
                 request({},
                         {{"name", nullable(string)},
                          {"notes", nullable(string)},
                          {"participants", {{"type", {"array", "null"}}, {"items", string}}},
                          {"languages", {{"type", {"array", "null"}}, {"items", string}}}})}})},
      {"NewWebhook",
       request({"webhook_url"}, {{"webhook_url", string}, {"rotate_secret", boolean}})},
  };
}

Json whole_number(std::int64_t least, std::int64_t most) {
  return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
}

}  // namespace

Json component_schemas() {
  auto schemas = service_schemas();
  schemas.update(Json{
      {"User", user_schema()},
      {"UserDetail", user_detail_schema()},
      {"Token", token_schema()},
      {"Meeting", meeting_schema()},
      {"MeetingList", answer({{"meetings", list_of("Meeting")}})},
      {"MeetingAndUser",
       with_optional(meeting_schema(), {{"user", {{"$ref", "#/components/schemas/User"}}}})},
      {"MeetingsAndUsers", answer({{"total", integer}, {"items", list_of("MeetingAndUser")}})},
      {"RunningBot", running_bot_schema()},
      {"BotsStatus", answer({{"running_bots", list_of("RunningBot")}, {"count", integer}})},
      {"Accepted",
       with_optional(answer({{"message", string}}),
                     {{"command_id", integer}, {"meeting_id", integer}, {"status", state}})},
      {"BotCommand", command_schema()},
      {"BotCommandList", answer({{"commands", list_of("BotCommand")}})},
      {"Segment", segment_schema()},
      {"Transcript", transcript_schema()},
      {"Timeline", timeline_schema()},
      {"Webhook", webhook_schema()},
      {"Delivery", delivery_schema()},
      {"DeliveryList", answer({{"deliveries", list_of("Delivery")}})},
      {"AuditEntry", audit_entry_schema()},
      {"AuditList", answer({{"entries", list_of("AuditEntry")}})},
  });
  schemas.update(request_schemas());
  return schemas;
}

Json parameter_schema(const std::string& name) {
  if (name == "platform") return platform;
  if (name == "status") return state;
  if (name == "native_meeting_id")
    return {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}};
  if (name == "limit") return whole_number(1, 1'000);
  if (name == "limit_or_none") return whole_number(0, 1'000);
  if (name == "wait") return whole_number(0, 30);
  if (name == "days") return whole_number(1, 90);
  if (name == "job_status") {
    return one_of({"pending", "running", "processing", "completed", "failed", "cancelled"});
  }
  if (name == "account_status") return one_of({"active", "suspended", "banned"});
  if (name == "event_place") {
    return {{"anyOf", Json::array({{{"type", "integer"}, {"minimum", 0}}, one_of({"now"})})}};
  }
  if (name == "item_status") return one_of({"ready", "leased", "done", "dead"});
  for (const auto* text : {"email",
                           "subject",
                           "username",
                           "action",
                           "kind",
                           "job_id",
                           "time",
                           "lane",
                           "search",
                           "worker_id"}) {
    if (name == text) return string;
  }
  return {{"type", "integer"}, {"minimum", 0}};
}

}  // namespace bot::routes
