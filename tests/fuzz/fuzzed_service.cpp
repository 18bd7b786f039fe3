#include "tests/fuzz/fuzzed_service.hpp"

#include <nlohmann/json.hpp>

#include "drivers/crypto.hpp"
#include "tests/fuzz/promise.hpp"

namespace bot::fuzz {

FuzzedService::FuzzedService() : words_{{"{admin}", WholeService::admin_key}} {
  service_.mailbox().release_all();  // nobody waits for a command
  seed(
      "POST /admin/users\nX-Admin-API-Key: {admin}\n\n"
      R"({"email":"ann@example.com","name":"Ann","max_concurrent_bots":4,"data":{"a":1}})");
  const auto token = seed("POST /admin/users/1/tokens\nX-Admin-API-Key: {admin}\n\n");
  words_.emplace_back("{user}", nlohmann::json::parse(token.body)["token"].get<std::string>());
  seed(
      "PUT /user/webhook\nX-API-Key: {user}\n\n"
      R"({"webhook_url":"https://hooks.example.com/a"})");
  for (const auto* id : {"active", "abc-defg-hij", "over"}) {
    seed(
        "POST /bots\nX-API-Key: {user}\n\n"
        R"({"platform":"google_meet","native_meeting_id":")" +
        std::string(id) + R"("})");
  }
  words_.emplace_back("{active}", callback_secret(1));
  words_.emplace_back("{reserved}", callback_secret(2));
  words_.emplace_back("{over}", callback_secret(3));
  for (const auto* secret : {"{active}", "{over}"}) {
    const std::string to = "POST /bots/internal/callback/" + std::string(secret);
    seed(to +
         "/status_change\n\n"
         R"({"status":"joining"})");
    seed(to +
         "/status_change\n\n"
         R"({"status":"active"})");
    seed(to +
         "/segments\n\n"
         R"({"segments":[{"start":1,"end":2,"text":"Hello","speaker":"Ann"}]})");
  }
  seed(
      "POST /bots/internal/callback/{over}/exited\n\n"
      R"({"exit_code":0})");
  seed(
      "PUT /bots/google_meet/active/config\nX-API-Key: {user}\n\n"
      R"({"language":"de"})");
  keep_tables();
}

http::Reply FuzzedService::answer(const http::Request& request) {
  return service_.dispatcher().handle_sync(request);
}

http::Reply FuzzedService::seed(const std::string& script) {
  auto reply = answer(read_script(script, words_).front());
  require(reply.status < 300, "the service takes what the inputs shall find", reply.body);
  return reply;
}

std::string FuzzedService::callback_secret(std::int64_t meeting_id) {
  const auto session = service_.database().read([meeting_id](sql::Connection& connection) {
    const auto rows = connection.query(
        "SELECT session_uid FROM meeting_sessions WHERE meeting_id = $1", {meeting_id});
    return rows[0].text("session_uid");
  });
  // The session's time, and what only the server can derive.
  return session.substr(0, 8) + session.substr(9, 4) +
         hmac_sha256_hex(WholeService::server_secret, "bot-session:" + session);
}

void FuzzedService::keep_tables() {
  service_.database().write([this](sql::Connection& connection) {
    // In the order of their creation, so that rows come back after those that they refer to.
    std::vector<std::string> tables{"sqlite_sequence"};
    const auto rows = connection.query(connection.dialect().tables);
    for (const sql::Row row : rows)
      tables.push_back(row.text("name"));
    for (const auto& table : tables) {
      connection.query("CREATE TABLE kept_" + table + " AS SELECT * FROM " + table);
      restore_.push_back("DELETE FROM " + table);
    }
    for (const auto& table : tables)
      restore_.push_back("INSERT INTO " + table + " SELECT * FROM kept_" + table);
  });
  changes_ = service_.database().statistics().syncs;
}

void FuzzedService::reset() {
  service_.forget_accesses();
  auto& database = service_.database();
  if (database.statistics().syncs == changes_) return;
  database.write([this](sql::Connection& connection) {
    for (const auto& statement : restore_)
      connection.query(statement);
  });
  changes_ = database.statistics().syncs;
}

}  // namespace bot::fuzz
