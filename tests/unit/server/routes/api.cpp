#include "tests/unit/server/routes/api.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "tests/unit/server/routes/schema_checker.hpp"

namespace bot::routes {

std::string Answer::detail() const {
  if (!json.is_object()) return "";
  if (json.contains("error") && json["error"].is_string()) return json["error"];
  if (!json.contains("detail")) return "";
  const auto& detail = json["detail"];
  if (detail.is_string()) return detail.get<std::string>();
  if (!detail.is_array()) return detail.dump();
  std::vector<std::string> mistakes;
  for (const auto& mistake : detail) {
    std::vector<std::string> steps;
    for (const auto& step : mistake["loc"])
      steps.push_back(step.is_string() ? step.get<std::string>() : step.dump());
    mistakes.push_back(join(steps, ".") + ": " + mistake["msg"].get<std::string>());
  }
  return join(mistakes, " | ");
}

std::string summary(const Answer& answer) {
  const auto detail = answer.detail();
  return std::to_string(answer.status) + (detail.empty() ? "" : " " + detail);
}

http::Request to_request(const Ask& ask) {
  http::Request request;
  request.method = ask.method;
  request.body = ask.body;
  request.headers = ask.headers;
  request.peer_address = ask.peer_address;
  if (!ask.user_key.empty()) request.headers.emplace_back("X-API-Key", ask.user_key);
  if (!ask.admin_key.empty()) request.headers.emplace_back("X-Admin-API-Key", ask.admin_key);
  set_target(request, ask.target);
  return request;
}

Api::Api(WholeService::Options options) : service_(options) {
  const auto reply = service_.dispatcher().handle_sync(to_request({.target = "/openapi.json"}));
  document_ = Json::parse(reply.body);
  ann_ = make_customer("ann@example.com");
}

Api::~Api() {
  EXPECT_EQ(service_.faults(), std::vector<std::string>{});
}

Answer Api::call(const Ask& ask) {
  Answer answer;
  answer.reply = service_.dispatcher().handle_sync(to_request(ask));
  answer.status = answer.reply.status;
  answer.body = answer.reply.body;
  answer.json = Json::parse(answer.body, nullptr, false);
  EXPECT_NE(answer.status, 500) << ask.method << " " << ask.target << "\n" << ask.body;
  hold_against_document(ask, answer);
  return answer;
}

void Api::hold_against_document(const Ask& ask, const Answer& answer) {
  http::Request request;
  set_target(request, ask.target);
  const auto match = service_.dispatcher().router().match(ask.method, request.path);
  if (match.route == nullptr || ask.method == "HEAD") return;
  const auto& pattern = match.route->pattern;
  if (pattern.starts_with("/bots/internal/")) return;
  SCOPED_TRACE(ask.method + " " + ask.target + " -> " + std::to_string(answer.status) + " " +
               answer.body.substr(0, 2000));
  const auto& operation = document_["paths"][pattern][to_lower(ask.method)];
  const auto documented = operation["responses"].find(std::to_string(answer.status));
  ASSERT_NE(documented, operation["responses"].end()) << "this status is not documented";
  auto response = *documented;
  if (response.contains("$ref")) {
    response = document_.at(Json::json_pointer(response["$ref"].get<std::string>().substr(1)));
  }
  if (!response.contains("content")) {
    EXPECT_EQ(answer.body, "");
    return;
  }
  const auto media = answer.reply.content_type.substr(0, answer.reply.content_type.find(';'));
  ASSERT_TRUE(response["content"].contains(media)) << media << " is not documented";
  const auto value = media == "application/json" ? answer.json : Json(answer.body);
  ASSERT_FALSE(value.is_discarded()) << "the body is not JSON";
  EXPECT_THAT(mismatches(document_, response["content"][media]["schema"], value),
              testing::IsEmpty());
}

Answer Api::open(const std::string& method, const std::string& target, const std::string& body) {
  return call({.method = method, .target = target, .body = body});
}

Answer Api::admin(const std::string& method, const std::string& target, const std::string& body) {
  return call(
      {.method = method, .target = target, .body = body, .admin_key = WholeService::admin_key});
}

Answer Api::user(const std::string& method, const std::string& target, const std::string& body) {
  return as(ann_, method, target, body);
}

Answer Api::as(const Customer& who,
               const std::string& method,
               const std::string& target,
               const std::string& body) {
  return call({.method = method, .target = target, .body = body, .user_key = who.key});
}

Customer Api::make_customer(const std::string& email, int limit) {
  const Json wanted{{"email", email}, {"max_concurrent_bots", limit}};
  const auto made = admin("POST", "/admin/users", wanted.dump());
  Customer customer{made.json["id"].get<std::int64_t>(), email, ""};
  const auto token =
      admin("POST", "/admin/users/" + std::to_string(customer.id) + "/tokens").json["token"];
  customer.key = token.get<std::string>();
  return customer;
}

Json Api::start(const std::string& native_id) {
  const Json wanted{{"platform", "google_meet"}, {"native_meeting_id", native_id}};
  const auto started = user("POST", "/bots", wanted.dump());
  EXPECT_EQ(started.status, 201) << started.body;
  return started.json;
}

bots::BotSpec Api::launch(const std::string& native_id) {
  service_.launch_bots();
  const auto id = start(native_id)["id"].get<std::int64_t>();
  std::optional<bots::BotSpec> launched;
  EXPECT_TRUE(soon([&] {
    for (const auto& spec : service_.runtime().specs()) {
      if (spec.meeting_id == id) launched = spec;
    }
    return launched.has_value();
  }));
  return launched.value_or(bots::BotSpec{});
}

Answer Api::callback(const bots::BotSpec& bot,
                     const std::string& word,
                     const std::string& body,
                     const std::string& method) {
  return open(method, bots::callback_path(bot.callback_secret, word), body);
}

bots::BotSpec Api::activate(const std::string& native_id) {
  const auto bot = launch(native_id);
  for (const auto* state : {"joining", "awaiting_admission", "active"}) {
    const auto said = callback(bot, "status_change", Json{{"status", state}}.dump());
    EXPECT_EQ(said.status, 200) << said.body;
  }
  return bot;
}

bots::BotSpec Api::complete(const std::string& native_id) {
  const auto bot = activate(native_id);
  const auto said = callback(bot, "exited", R"({"exit_code":0})");
  EXPECT_EQ(said.status, 200) << said.body;
  EXPECT_TRUE(soon([&] {
    return Json::parse(meeting_row(bot.meeting_id).data).contains("participants");
  })) << "the work after a meeting";
  return bot;
}

std::vector<store::AuditRow> Api::audit_log() {
  return service_.database().read([](sql::Connection& connection) {
    return store::AuditStore(connection).list({.limit = 1000});
  });
}

std::vector<std::string> Api::audited() {
  std::vector<std::string> entries;
  for (const auto& row : audit_log()) {
    const auto detail = Json::parse(row.detail);
    const auto outcome = detail.at("outcome").get<std::string>();
    entries.push_back(row.action + " " + row.subject + " " + detail.value("note", "") + " (" +
                      row.actor + ")" + (outcome == "done" ? "" : " " + outcome));
  }
  std::reverse(entries.begin(), entries.end());
  return entries;
}

store::MeetingRow Api::meeting_row(std::int64_t id) {
  return *service_.database().read(
      [id](sql::Connection& connection) { return store::MeetingStore(connection).find(id); });
}

}  // namespace bot::routes
