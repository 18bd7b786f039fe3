#include "tests/unit/cli/program.hpp"

#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "cli/app.hpp"
#include "cli/commands/commands.hpp"
#include "tests/unit/cli/job_bodies.hpp"

namespace bot::cli {
namespace {

// Keeps a test's transport alive beyond the command that was given it.
class Shared final : public client::Transport {
 public:
  explicit Shared(std::shared_ptr<client::ScriptedTransport> behind) : behind_(std::move(behind)) {}

  Result<client::HttpResponse> send(const client::HttpRequest& request, Millis deadline) override {
    return behind_->send(request, deadline);
  }

 private:
  std::shared_ptr<client::ScriptedTransport> behind_;
};

class ScriptedSocket final : public client::WebSocket {
 public:
  ScriptedSocket(Program& program, HandClock& clock) : program_(program), clock_(clock) {}

  Status send(std::string_view text) override {
    program_.sent_to_socket.emplace_back(text);
    return Unit{};
  }

  Result<std::optional<std::string>> receive(Millis deadline) override {
    if (program_.pushes.empty()) {
      clock_.advance(deadline);
      return Error{.code = Errc::timeout, .message = "nothing came"};
    }
    const auto push = program_.pushes.front();
    program_.pushes.pop_front();
    if (push.message.empty()) return std::optional<std::string>();
    return std::optional(push.message);
  }

  void close(Millis) override {}
  int close_code() const override { return 1005; }

 private:
  Program& program_;
  HandClock& clock_;
};

}  // namespace

types::Json Ran::error() const {
  const auto text = trim(err);
  const auto start = text.rfind('\n');
  return types::Json::parse(start == std::string_view::npos ? text : text.substr(start + 1));
}

std::vector<std::string> Ran::lines() const {
  std::vector<std::string> found;
  std::istringstream text(out);
  for (std::string line; std::getline(text, line);)
    found.push_back(line);
  return found;
}

Program::Program()
    : home_(std::filesystem::temp_directory_path() / ("botctl-test-" + random_hex(12))),
      server_(std::make_shared<client::ScriptedTransport>()) {
  std::filesystem::create_directories(home_ / "work");
  environment = {{"HOME", home_.string()},
                 {"BOTCTL_SERVER", "http://127.0.0.1:18056"},
                 {"BOTCTL_API_KEY", "user-key-0123456789"},
                 {"BOTCTL_ADMIN_KEY", "admin-key-0123456789"},
                 {"BOTCTL_RETRIES", "0"}};
}

Program::~Program() {
  std::error_code ignored;
  std::filesystem::remove_all(home_, ignored);
}

void Program::write(const std::string& name, const std::string& text, unsigned mode) const {
  const auto file = home_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
  ::chmod(file.c_str(), mode);
}

std::string Program::read(const std::string& name) const {
  std::ifstream file(home_ / name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

unsigned Program::mode_of(const std::string& name) const {
  struct stat facts {};
  return ::stat(path(name).c_str(), &facts) == 0 ? facts.st_mode & 0777U : 0;
}

Ran Program::run(std::vector<std::string> words) {
  return run(command_tree(), std::move(words));
}

Result<std::unique_ptr<client::WebSocket>> Program::open_socket(
    const client::WebSocketOptions& options) {
  socket_options = options;
  if (pushes.empty()) return Error{.code = Errc::not_found, .message = "no upgrade"};
  return std::unique_ptr<client::WebSocket>(new ScriptedSocket(*this, clock));
}

Ran Program::run(const Tree& tree, std::vector<std::string> words) {
  std::ostringstream out;
  std::ostringstream err;
  std::istringstream in(input);
  const Environment variables(environment);
  World world{.out = out,
              .err = err,
              .in = in,
              .terminal = with_forced_tty(terminal, variables),
              .environment = variables,
              .clock = clock,
              .make_transport =
                  [this](const std::string& to, client::CurlOptions options) {
                    origin = to;
                    curl_options = std::move(options);
                    return std::make_shared<Shared>(server_);
                  },
              .open_socket =
                  [this](const auto&, const auto&, const auto&, Millis, const auto& options) {
                    return open_socket(options);
                  },
              .signal =
                  [this, begun = clock.monotonic()] {
                    const bool interrupted =
                        interrupted_after && clock.monotonic() - begun >= *interrupted_after;
                    return interrupted ? SIGINT : signal;
                  },
              .sleep = [this](Millis delay) { clock.advance(delay); },
              .output_error = [] { return 0; },
              .working_directory = home_ / "work"};
  Ran ran;
  ran.code = run_with(tree, words, world);
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

namespace body {

std::string user(int id, const std::string& email, int limit) {
  return R"({"id":)" + std::to_string(id) + R"(,"email":")" + email +
         R"(","name":"Ada","image_url":null,"max_concurrent_bots":)" + std::to_string(limit) +
         R"(,"data":{},"created_at":"2026-11-21T21:05:07.123Z"})";
}

std::string meeting(const std::string& status, int id) {
  return R"({"id":)" + std::to_string(id) +
         R"(,"user_id":42,"platform":"google_meet","native_meeting_id":"abc-defg-hij",)"
         R"("constructed_meeting_url":"https://meet.google.com/abc-defg-hij","status":")" +
         status +
         R"(","bot_container_id":"bot-7","start_time":"2026-11-21T21:05:09.000Z","end_time":null,)"
         R"("data":{},"created_at":"2026-11-21T21:05:07.123Z",)"
         R"("updated_at":"2026-11-21T21:05:09.000Z"})";
}

std::string meetings(const std::vector<std::string>& items) {
  return R"({"meetings":[)" + join(items, ",") + "]}";
}

std::string transcript(const std::string& status) {
  return R"({"id":7,"platform":"google_meet","native_meeting_id":"abc-defg-hij",)"
         R"("constructed_meeting_url":null,"status":")" +
         status +
         R"(","start_time":"2026-11-21T21:05:09.000Z","end_time":null,"segments":[)"
         R"({"start":1.5,"end":3.25,"text":"Good morning","language":"en","created_at":null,)"
         R"("speaker":"Ada","absolute_start_time":"2026-11-21T21:05:10.500Z",)"
         R"("absolute_end_time":"2026-11-21T21:05:12.250Z"},)"
         R"({"start":3661.0,"end":3662.0,"text":"Bonjour","language":"fr","created_at":null,)"
         R"("speaker":null,"absolute_start_time":"2026-11-21T22:06:10.000Z",)"
         R"("absolute_end_time":"2026-11-21T22:06:11.000Z"}]})";
}

std::string metrics() {
  return R"(# HELP botd_http_requests_total Requests answered
# TYPE botd_http_requests_total counter
botd_http_requests_total{method="GET",route="/bots",status="200"} 7000
botd_http_requests_total{method="POST",route="/bots",status="201"} 198
botd_http_requests_total{method="POST",route="/bots",status="503"} 2
botd_http_request_duration_seconds_bucket{route="/bots",le="0.001"} 3600
botd_http_request_duration_seconds_bucket{route="/bots",le="0.01"} 7200
botd_http_request_duration_seconds_bucket{route="/bots",le="+Inf"} 7200
botd_http_request_duration_seconds_bucket{route="/bots/internal/callback/{secret}/commands",le="+Inf"} 900
botd_refusals_total{reason="limit"} 3
botd_refusals_total{reason="rate"} 0
botd_state_changes_total{to="failed"} 2
botd_bots_failed_total{reason="stale_active_timeout"} 2
botd_bots_failed_total{reason="other"} 0
botd_live_bots{state="reserved"} 1
botd_live_bots{state="starting"} 0
botd_live_bots{state="active"} 4
botd_live_bots{state="stopping"} 1
botd_seats_taken 5
botd_seats_limit 40
botd_queue_items{lane="bot.launch",status="ready"} 1
botd_queue_items{lane="bot.launch",status="scheduled"} 0
botd_queue_items{lane="bot.launch",status="leased"} 0
botd_queue_items{lane="bot.launch",status="dead"} 0
botd_queue_items{lane="webhook.deliver",status="ready"} 2
botd_queue_items{lane="webhook.deliver",status="scheduled"} 3
botd_queue_items{lane="webhook.deliver",status="leased"} 1
botd_queue_items{lane="webhook.deliver",status="dead"} 1
botd_queue_oldest_ready_seconds{lane="bot.launch"} 0.25
botd_queue_oldest_ready_seconds{lane="webhook.deliver"} 12
botd_redis_connected 1
botd_redis_publish_duration_seconds_bucket{le="0.001"} 100
botd_redis_publish_duration_seconds_bucket{le="+Inf"} 100
botd_replicas 2
botd_websocket_clients 9
process_start_time_seconds 1795291200
)";
}

}  // namespace body

void Program::serve_everything() {
  const std::string token =
      R"({"id":5,"user_id":42,"name":"ci","created_at":"2026-11-21T21:05:07.123Z",)"
      R"("expires_at":null,"last_used_at":null)";
  const std::string at = "/google_meet/abc-defg-hij";
  const std::string webhook =
      R"({"webhook_url":"https://example.com/hook","updated_at":"2026-11-21T21:05:07.123Z")";
  server()
      .always("GET /health", 200, R"({"status":"ok","service":"botd"})")
      .always("GET /ready", 200, R"({"status":"ok","parts":{"store":"ok"}})")
      .always("GET /version", 200, R"({"version":"0.1.0","commit":null,"api":"1"})")
      .always("GET /auth/me", 200, R"({"admin":false,"user_id":42,"email":"ada@example.com"})")
      .always("GET /admin/users", 200, '[' + body::user() + ']')
      .always("POST /admin/users", 201, body::user())
      .always("GET /admin/users/42", 200, body::user().insert(1, R"("api_tokens":[],)"))
      .always("PATCH /admin/users/42", 200, body::user())
      .always("DELETE /admin/users/42", 200, R"({"message":"User deleted"})")
      .always("GET /admin/users/42/tokens", 200, '[' + token + "}]")
      .always("POST /admin/users/42/tokens", 201, token + R"(,"token":"secret-value-0123456789"})")
      .always("DELETE /admin/tokens/5", 204, "")
      .always("POST /bots", 201, body::meeting("reserved"))
      .always("GET /bots", 200, body::meetings({body::meeting()}))
      .always("GET /bots/status",
              200,
              R"({"running_bots":[{"container_id":"bot-7",)"
              R"("container_name":"bot-7","platform":"google_meet",)"
              R"("native_meeting_id":"abc-defg-hij","status":"Up",)"
              R"("normalized_status":"Up","created_at":)"
              R"("2026-11-21T21:05:07.123Z","labels":{},"meeting_id":7,)"
              R"("meeting_status":"active","session_uid":"u",)"
              R"("last_heartbeat_at":"2026-11-21T21:05:20.000Z"}],)"
              R"("count":1})")
      .always("PUT /bots" + at + "/config", 202, R"({"message":"Reconfigure sent","command_id":3})")
      .always("DELETE /bots" + at, 202, R"({"message":"Stop request accepted"})")
      .always("GET /meetings", 200, body::meetings({body::meeting()}))
      .always("PATCH /meetings" + at, 200, body::meeting())
      .always("DELETE /meetings" + at, 200, R"({"message":"Meeting deleted"})")
      .always("GET /meetings/7/timeline",
              200,
              R"({"meeting_id":7,"status":"active","sessions":[],"transitions":[)"
              R"({"from":null,"to":"reserved","at":"2026-11-21T21:05:07.123Z","source":"user",)"
              R"("reason":null},{"from":"reserved","to":"active","at":)"
              R"("2026-11-21T21:05:09.000Z","source":"bot","reason":"joined"}]})")
      .always("GET /transcripts" + at, 200, body::transcript("completed"))
      .always("GET /user/webhook", 200, webhook + '}')
      .always("PUT /user/webhook", 200, webhook + R"(,"secret":"whsec-0123456789abcdef"})")
      .always("DELETE /user/webhook", 200, R"({"message":"Webhook removed"})")
      .always("GET /user/webhook/deliveries",
              200,
              R"({"deliveries":[{"id":9,"event_id":"e","event_type":"meeting.completed",)"
              R"("url":"https://example.com/hook","status":"dead","attempts":5,)"
              R"("response_status":500,"last_error":"answered 500","created_at":)"
              R"("2026-11-21T21:05:07.123Z","delivered_at":null}]})")
      .always("GET /admin/audit",
              200,
              R"({"entries":[{"id":3,"at":"2026-11-21T21:05:07.123Z","actor":"admin",)"
              R"("action":"user.delete","subject":"user 42","outcome":"done",)"
              R"("from":"192.0.2.7","key":"0123abcd","token_id":null,)"
              R"("note":"1 bots stopped","request_id":"r-1"}]})")
      .always("GET /metrics", 200, body::metrics());
  body::serve_jobs(server());
}

}  // namespace bot::cli
