#include "server/routes/openapi.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <stdexcept>

#include "base/text.hpp"
#include "client/types/json.hpp"
#include "server/routes/openapi_operations.hpp"
#include "server/routes/openapi_schemas.hpp"

namespace bot::routes {
namespace {

using types::Json;

constexpr std::string_view internal_prefix = "/bots/internal/";

// Requests that may do without.
const std::set<std::string> optional_bodies = {"NewToken", "DeadLetterPurge"};

// What the router cannot know: bodies and codes, by method and pattern.
const Operations operations = {
    {"GET /", {"greet", "", "Map", {200}, {}}},
    {"GET /health", {"get_health", "", "Health", {200}, {}}},
    {"GET /health/ping", {"ping", "", "Pong", {200}, {}}},
    {"GET /health/ready", {"get_health_ready", "", "ReadyInShort", {200}, {503}}},
    {"GET /health/live", {"get_health_live", "", "Alive", {200}, {}}},
    {"GET /ws/stats", {"get_socket_statistics", "", "SocketStatistics", {200}, {}}},
    {"GET /ready", {"get_ready", "", "Health", {200}, {503}}},
    {"GET /version", {"get_version", "", "Version", {200}, {}}},
    {"GET /metrics", {"get_metrics", "", "text", {200}, {}}},
    {"GET /openapi.json", {"get_openapi", "", "Any", {200}, {}}},
    {"GET /auth/me", {"get_identity", "", "Identity", {200}, {}}},
    {"GET /admin/users",
     {"list_users", "", "User[]", {200}, {422}, {"skip", "limit:limit_or_none"}}},
    {"POST /admin/users", {"create_user", "NewUser", "User", {200, 201}, {409, 415, 422}}},
    {"GET /admin/users/{user_id}", {"get_user", "", "UserDetail", {200}, {404, 422}}},
    {"GET /admin/users/email/{email}", {"find_user", "", "User", {200}, {404}}},
    {"PATCH /admin/users/{user_id}",
     {"update_user", "UserPatch", "User", {200}, {400, 404, 415, 422}}},
    {"DELETE /admin/users/{user_id}", {"delete_user", "", "Message", {200}, {404, 409, 422}}},
    {"POST /admin/users/{user_id}/tokens",
     {"create_token", "NewToken", "Token", {201}, {404, 409, 415, 422}}},
    {"GET /admin/users/{user_id}/tokens", {"list_tokens", "", "Token[]", {200}, {404, 422}}},
    {"DELETE /admin/tokens/{token_id}", {"revoke_token", "", "", {204}, {404, 422}}},
    {"GET /admin/audit",
     {"list_audit", "", "AuditList", {200}, {422}, {"subject", "action", "before", "limit"}}},
    {"GET /admin/meetings",
     {"list_all_meetings",
      "",
      "MeetingList",
      {200},
      {422},
      {"limit:limit_or_none", "offset", "status", "platform", "user_id"}}},
    {"POST /admin/meetings/{meeting_id}/stop", {"stop_meeting", "", "Accepted", {202}, {404, 422}}},
    {"GET /admin/stats/meetings-users",
     {"list_meetings_and_users",
      "",
      "MeetingsAndUsers",
      {200},
      {422},
      {"skip", "limit:limit_or_none"}}},
    {"POST /bots", {"start_bot", "NewBot", "Meeting", {201}, {409, 415, 422, 429}}},
    {"GET /bots", {"list_bots", "", "MeetingList", {200}, {}}},
    {"GET /bots/status", {"get_bots_status", "", "BotsStatus", {200}, {}}},
    {"DELETE /bots/{platform}/{native_meeting_id}",
     {"stop_bot", "", "Accepted", {202}, {404, 422}}},
    {"PUT /bots/{platform}/{native_meeting_id}/config",
     {"configure_bot", "BotConfig", "Accepted", {202}, {404, 409, 415, 422}}},
    {"GET /bots/{platform}/{native_meeting_id}/commands",
     {"list_bot_commands", "", "BotCommandList", {200}, {404, 422}}},
    {"GET /bots/{platform}/{native_meeting_id}/commands/{command_id}",
     {"get_bot_command", "", "BotCommand", {200}, {404, 422}}},
    {"GET /meetings",
     {"list_meetings",
      "",
      "MeetingList",
      {200},
      {422},
      {"limit:limit_or_none", "offset", "status", "platform"}}},
    {"PATCH /meetings/{platform}/{native_meeting_id}",
     {"update_meeting", "MeetingPatch", "Meeting", {200}, {400, 404, 415, 422}}},
    {"DELETE /meetings/{platform}/{native_meeting_id}",
     {"delete_meeting", "", "Message", {200}, {404, 409, 422}}},
    {"GET /meetings/{meeting_id}/timeline", {"get_timeline", "", "Timeline", {200}, {404, 422}}},
    {"GET /transcripts/{platform}/{native_meeting_id}",
     {"get_transcript", "", "Transcript", {200}, {404, 422}, {"meeting_id"}}},
    {"GET /user/webhook", {"get_webhook", "", "Webhook", {200}, {}}},
    {"PUT /user/webhook", {"set_webhook", "NewWebhook", "Webhook", {200}, {415, 422}}},
    {"DELETE /user/webhook", {"clear_webhook", "", "Message", {200}, {}}},
    {"GET /user/webhook/deliveries",
     {"list_deliveries", "", "DeliveryList", {200}, {422}, {"limit:limit_or_none"}}},
};

const Operation& operation_of(const std::string& name) {
  for (const auto* some : {&operations, &job_operations(), &queue_operations()}) {
    if (const auto found = some->find(name); found != some->end()) return found->second;
  }
  throw std::logic_error("the document does not know " + name);
}

Json reference(const std::string& schema) {
  if (schema.ends_with("[]")) {
    return Json{{"type", "array"}, {"items", reference(schema.substr(0, schema.size() - 2))}};
  }
  return Json{{"$ref", "#/components/schemas/" + schema}};
}

Json content(const std::string& schema) {
  if (schema == "text") return Json{{"text/plain", Json{{"schema", Json{{"type", "string"}}}}}};
  return Json{{"application/json", Json{{"schema", reference(schema)}}}};
}

Json security(http::Access access) {
  const Json user{{"user_key", Json::array()}};
  const Json admin{{"admin_key", Json::array()}};
  switch (access) {
    case http::Access::open:
    case http::Access::bot:
      return Json::array();
    case http::Access::user:
      return Json::array({user});
    case http::Access::admin:
      return Json::array({admin});
    case http::Access::either:
      return Json::array({user, admin});
  }
  return Json::array();
}

Json path_parameters(const std::string& pattern) {
  auto parameters = Json::array();
  for (const auto segment : split(pattern, '/')) {
    if (!segment.starts_with('{')) continue;
    const std::string name(segment.substr(1, segment.size() - 2));
    parameters.push_back(Json{
        {"name", name}, {"in", "path"}, {"required", true}, {"schema", parameter_schema(name)}});
  }
  return parameters;
}

// What every request can come to: a target that is not UTF-8, an overloaded server; with a key
// that it is missing or wrong, of the wrong kind, of somebody suspended or one guess too many; with
// a body its size.
std::set<int> errors_of(const http::Route& route, const Operation& operation) {
  std::set<int> errors(operation.errors.begin(), operation.errors.end());
  errors.insert({400, 503});
  if (route.access != http::Access::open) errors.insert({401, 403, 429});
  if (!operation.request.empty()) errors.insert(413);
  return errors;
}

// "NotFound"
std::string response_name(int status) {
  return replace_all(std::string(http::reason_phrase(status)), " ", "");
}

Json error_responses() {
  auto responses = Json::object();
  for (const int status : {400, 401, 403, 404, 409, 413, 415, 422, 429, 503}) {
    responses[response_name(status)] = Json{
        {"description", std::string(http::reason_phrase(status))}, {"content", content("Error")}};
  }
  return responses;
}

Json describe(const http::Route& route, const Operation& operation) {
  Json described{{"operationId", operation.id}, {"summary", route.summary}};
  described["security"] = security(route.access);
  auto parameters = path_parameters(route.pattern);
  for (const auto& parameter : operation.query) {
    const auto name = parameter.substr(0, parameter.find(':'));
    const auto values = parameter.substr(parameter.find(':') + 1);  // all of it without one
    parameters.push_back(
        Json{{"name", name}, {"in", "query"}, {"schema", parameter_schema(values)}});
  }
  if (!parameters.empty()) described["parameters"] = parameters;
  if (!operation.request.empty()) {
    described["requestBody"] = Json{{"required", !optional_bodies.contains(operation.request)},
                                    {"content", content(operation.request)}};
  }
  auto responses = Json::object();
  for (const int status : operation.statuses) {
    Json response{{"description", "Done"}};
    if (!operation.answer.empty()) response["content"] = content(operation.answer);
    responses[std::to_string(status)] = response;
  }
  const bool of_jobs = route.pattern.starts_with("/api/");
  for (const int status : errors_of(route, operation)) {
    responses[std::to_string(status)] =
        of_jobs ? Json{{"description", std::string(http::reason_phrase(status))},
                       {"content", content("ApiError")}}
                : Json{{"$ref", "#/components/responses/" + response_name(status)}};
  }
  // It tells in its usual form what does not work, and in the common one that it is overloaded.
  if (route.pattern == "/ready" || route.pattern == "/health/ready") {
    const auto* schema = route.pattern == "/ready" ? "HealthOrError" : "ReadyInShortOrError";
    responses["503"] =
        Json{{"description", std::string(http::reason_phrase(503))}, {"content", content(schema)}};
  }
  described["responses"] = responses;
  return described;
}

Json all_schemas() {
  auto schemas = component_schemas();
  schemas.update(job_schemas());
  schemas.update(queue_schemas());
  return schemas;
}

// The kinds of key that some route takes.
Json security_schemes(const http::Router& router) {
  Json schemes{{"user_key", Json{{"type", "apiKey"}, {"in", "header"}, {"name", "X-API-Key"}}}};
  const bool admins = std::ranges::any_of(router.routes(), [](const auto& route) {
    return route->access == http::Access::admin || route->access == http::Access::either;
  });
  if (!admins) return schemes;
  schemes["admin_key"] = Json{{"type", "apiKey"}, {"in", "header"}, {"name", "X-Admin-API-Key"}};
  return schemes;
}

}  // namespace

std::string openapi_document(const http::Router& router, const std::string& version) {
  auto paths = Json::object();
  for (const auto& route : router.routes()) {
    if (route->pattern.starts_with(internal_prefix)) continue;
    const auto& operation = operation_of(route->method + " " + route->pattern);
    paths[route->pattern][to_lower(route->method)] = describe(*route, operation);
  }
  const Json document{
      {"openapi", "3.1.0"},
      {"info",
       Json{{"title", "botd"},
            {"version", version},
            {"summary", "Sends bots into meetings, limits how many, keeps state and transcripts"},
            {"license", Json{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
      {"servers", Json::array({Json{{"url", "/"}, {"description", "The server that was asked"}}})},
      {"paths", paths},
      {"components",
       Json{{"schemas", all_schemas()},
            {"responses", error_responses()},
            {"securitySchemes", security_schemes(router)}}}};
  return types::dump(document);
}

void add_openapi_route(http::Router& router, const std::string& version) {
  auto document = std::make_shared<std::string>();
  router.add({"GET",
              std::string(openapi_path),
              http::Access::open,
              [document](const http::Request&, const http::Principal&) -> Result<http::Reply> {
                return http::json_reply(200, *document);
              },
              "This API as an OpenAPI 3.1 document"});
  *document = openapi_document(router, version);
}

}  // namespace bot::routes
