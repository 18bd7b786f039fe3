#include "tests/e2e/jobs_service.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <utility>

#include "base/fault.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {

namespace fs = std::filesystem;

Api::Answer Api::ask(const std::string& method, const std::string& path, const json& body) const {
  std::string text = method + " " + path +
                     " HTTP/1.1\r\nHost: localhost\r\nX-Admin-API-Key: " + admin_key() + "\r\n";
  const auto content = body.is_null() ? std::string() : body.dump();
  if (!body.is_null()) text += "Content-Type: application/json\r\n";
  if (method != "GET") text += "Content-Length: " + std::to_string(content.size()) + "\r\n";
  http::RawClient connection(port_);
  const auto reply = connection.exchange(text + "\r\n" + content, method);
  if (!reply) return {};
  return {.status = reply->status, .body = json::parse(reply->body, nullptr, false)};
}

Worker::Worker(std::string id,
               const Words& flags,
               const Variables& variables,
               const std::string& folder)
    : BotdWorker(folder + "/" + id + ".log", flags, variables), id_(std::move(id)) {}

Hold::Hold(const std::string& folder, const std::string& name)
    : wanted_(folder + "/hold." + name), reached_(folder + "/held." + name) {
  fs::remove(reached_);
  write_file(wanted_, "");
}

bool Hold::is_reached(Millis patience) const {
  return eventually([this] { return fs::exists(reached_); }, patience);
}

void Hold::release() const {
  std::error_code none;
  fs::remove(wanted_, none);
}

JobsService::JobsService(Words server_flags)
    : signals_(folder_ / "signals"), server_flags_(std::move(server_flags)) {
  fs::create_directory(signals_);
  EXPECT_TRUE(eventually([this] {
    try {
      return redis({"PING"}).text == "PONG";
    } catch (const Fault&) {
      return false;
    }
  }));
  restart_server();
}

void JobsService::restart_server() {
  if (server_) {
    EXPECT_EQ(server_->terminate(), 0);
    server_.reset();
  }
  Words flags = {"--database-url",
                 schema_.url(),
                 "--redis-url",
                 redis_.url(),
                 "--runtime",
                 "simulated",
                 "--no-embedded-worker"};
  flags.insert(flags.end(), server_flags_.begin(), server_flags_.end());
  server_ = std::make_unique<Botd>(folder_ / "server", BotdOptions{.flags = flags});
}

std::unique_ptr<Worker> JobsService::work_through(const std::string& database_url,
                                                  const std::string& id,
                                                  const Words& more) {
  Words flags = {"--worker-id", id, "--database-url", database_url, "--redis-url", redis_.url()};
  flags.insert(flags.end(), more.begin(), more.end());
  const Variables variables = {{"HOME", folder_.path()}, {"BOTD_TEST_SIGNALS", signals_}};
  auto worker = std::make_unique<Worker>(id, flags, variables, folder_.path());
  EXPECT_TRUE(eventually([&] { return has_begun(*worker); })) << worker->log();
  return worker;
}

std::unique_ptr<Worker> JobsService::work(const std::string& id, const Words& more) {
  return work_through(schema_.url(), id, more);
}

bool JobsService::has_begun(const Worker& worker) {
  return number("SELECT COUNT(*) FROM workers WHERE id = $1 AND pid = $2 AND status = 'running'",
                {worker.id(), std::int64_t{worker.pid()}}) == 1;
}

std::vector<std::string> JobsService::generate(int count, const json& more) {
  json body = {{"count", count}};
  body.update(more);
  const auto answer = api().post("/api/accounts/generate", body);
  EXPECT_EQ(answer.status, 201) << answer.body;
  if (answer.status != 201) return {};
  return answer.body.at("job_ids").get<std::vector<std::string>>();
}

std::string JobsService::add_job(const std::string& username, int count) {
  const auto answer = api().post("/api/accounts", {{"username", username}, {"count", count}});
  EXPECT_EQ(answer.status, 201) << answer.body;
  return answer.status == 201 ? answer.body.at("job").at("id").get<std::string>() : "";
}

json JobsService::job(const std::string& id) const {
  const auto answer = api().get("/api/jobs/" + id);
  EXPECT_EQ(answer.status, 200) << answer.body;
  return answer.body;
}

std::string JobsService::status(const std::string& id) const {
  return job(id).value("status", "");
}

bool JobsService::reaches(const std::string& id, const std::string& wanted, Millis patience) const {
  return eventually([&] { return status(id) == wanted; }, patience);
}

bool JobsService::all_complete(const std::vector<std::string>& ids, Millis patience) {
  const auto all = eventually(
      [&] {
        const auto answer = api().get("/api/jobs/stats");
        if (answer.status != 200) return false;
        const auto& counts = answer.body.at("job_stats");
        return counts.at("pending") == 0 && counts.at("running") == 0;
      },
      patience);
  return all && std::all_of(ids.begin(), ids.end(), [this](const auto& id) {
           return status(id) == "completed";
         });
}

json JobsService::events_of(const std::string& id) const {
  const auto answer = api().get("/api/jobs/events?limit=100&job_id=" + id);
  EXPECT_EQ(answer.status, 200) << answer.body;
  return answer.body.value("events", json::array());
}

void JobsService::expect_each_made_once(const std::vector<std::string>& ids) {
  const auto wanted = number("SELECT SUM(units) FROM jobs");
  EXPECT_EQ(number("SELECT COUNT(*) FROM accounts"), wanted);
  EXPECT_EQ(number("SELECT COUNT(*) FROM job_units WHERE user_id IS NOT NULL"), wanted);
  EXPECT_EQ(number("SELECT COUNT(*) FROM users"), wanted);
  for (const auto& id : ids) {
    EXPECT_EQ(number("SELECT COUNT(*) FROM accounts WHERE job_id = $1", {id}),
              number("SELECT units FROM jobs WHERE id = $1", {id}))
        << id;
  }
}

sql::Rows JobsService::rows(const std::string& statement, const std::vector<sql::Value>& values) {
  sql::PostgresConnection connection({.url = schema_.url()});
  return connection.query(statement, values);
}

std::int64_t JobsService::number(const std::string& statement,
                                 const std::vector<sql::Value>& values) {
  const auto found = rows(statement, values);
  return found.empty() ? -1 : found[0].optional_integer(std::size_t{0}).value_or(0);
}

json JobsService::item(const std::string& id) {
  const auto found = rows(
      "SELECT queue_items.id, status, attempts, history, COALESCE(last_error, '') AS last_error,"
      " COALESCE(lease_owner, '') AS lease_owner FROM queue_items"
      " JOIN jobs ON item_id = queue_items.id WHERE jobs.id = $1",
      {id});
  if (found.empty()) return {};
  return {{"id", found[0].integer("id")},
          {"status", found[0].text("status")},
          {"attempts", found[0].integer("attempts")},
          {"history", json::parse(found[0].text("history"))},
          {"last_error", found[0].text("last_error")},
          {"lease_owner", found[0].text("lease_owner")}};
}

std::int64_t JobsService::times(const json& item, const std::string& event) {
  const auto& history = item.at("history");
  return std::count_if(history.begin(), history.end(), [&](const json& entry) {
    return entry.at("event") == event;
  });
}

void JobsService::break_username(const std::string& username) {
  const auto schema = schema_.name();
  rows("CREATE FUNCTION " + schema +
       ".fail() RETURNS trigger LANGUAGE plpgsql AS"
       " 'BEGIN RAISE EXCEPTION ''the accounts are out of order''; END'");
  rows("CREATE TRIGGER broken BEFORE INSERT ON accounts FOR EACH ROW WHEN (NEW.username = '" +
       username + "') EXECUTE FUNCTION " + schema + ".fail()");
}

redis::Reply JobsService::redis(const redis::Command& command) {
  redis::Connection connection({.address = redis::parse_url(redis_.url()).value()});
  return connection.run(command);
}

}  // namespace bot::e2e
