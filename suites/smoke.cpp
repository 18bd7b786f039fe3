#include "suites/smoke.hpp"

#include <chrono>
#include <memory>

#include "base/ids.hpp"
#include "client/dialect.hpp"
#include "client/health.hpp"
#include "client/http/curl_transport.hpp"
#include "client/http/origin.hpp"
#include "client/ops/get_user.hpp"
#include "client/ops/get_version.hpp"
#include "suites/engine.hpp"
#include "suites/probe_process.hpp"
#include "suites/race/socket_gate.hpp"
#include "suites/runner.hpp"
#include "suites/selection.hpp"
#include "suites/spawned_server.hpp"

namespace bot::suites {

namespace {

constexpr std::size_t run_id_length = 8;
constexpr std::size_t smallest_race = 3;
constexpr std::size_t largest_race = 1000;

Status check_options(const SmokeOptions& options) {
  const auto wrong = [](std::string message) {
    return Error{.code = Errc::invalid_argument, .message = std::move(message)};
  };
  if (!(options.timeout_scale > 0.0 && options.timeout_scale <= 1000.0)) {
    return wrong("the timeout scale must be above 0 and at most 1000");
  }
  if (options.repeat < 1) return wrong("a run is repeated at least once");
  if (options.race_size < smallest_race || options.race_size > largest_race) {
    return wrong("the race size must be between 3 and 1000");
  }
  if (list_checks(options).empty()) {
    return Error{.code = Errc::not_found,
                 .message = "no check is selected",
                 .hint = "`botctl smoke --list` shows them all"};
  }
  return Unit{};
}

struct ServerSeen {
  client::Dialect dialect;
  std::string version;  // empty when it does not tell
};

Error no_admin_api(const std::string& server) {
  return Error{.code = Errc::protocol,
               .message = server + " serves no /admin: its generation has it at another address",
               .hint = "the suites need one address that serves /admin and /bots"};
}

// Is there this service, which generation of it, and is the administrator's key its own? Asked
// once, before anything is made, so that a wrong address is not reported as ten broken suites.
Result<ServerSeen> look_at_server(const SmokeOptions& options,
                                  const Wiring& wiring,
                                  const std::string& server) {
  client::ClientOptions settings;
  settings.server = server;
  settings.admin_key = options.admin_key;
  settings.request_timeout = Millis{10'000};
  settings.cancelled = [cancel = options.cancel] { return cancel.stop_requested(); };
  const client::Client client(wiring.connect(settings.cancelled), settings);
  auto health = client::check_health(client);
  if (!health) return std::move(health).error();
  auto dialect = client::find_dialect(client, *health);
  if (!dialect) return std::move(dialect).error();
  if (dialect->admin_api == client::Dialect::AdminApi::elsewhere) return no_admin_api(server);
  const auto nobody = client.run(client::GetUser{.id = 0});
  if (!nobody) {
    const auto& error = nobody.error();
    const bool refused = error.code == Errc::unauthenticated || error.code == Errc::forbidden;
    if (refused || !error.http_status) return error;
  }
  const auto version = client.run(client::GetVersion{});
  return ServerSeen{*std::move(dialect), version ? version->version : std::string()};
}

}  // namespace

std::vector<SuiteListing> list_checks(const SmokeOptions& options) {
  std::vector<SuiteListing> listings;
  for (const auto& suite : select(ten_suites(options.race_size), options)) {
    SuiteListing listing{.number = suite.number, .title = suite.title, .checks = {}};
    for (const auto& check : suite.checks) {
      listing.checks.push_back({check.id, check.title, check.promise, check.needs});
    }
    listings.push_back(std::move(listing));
  }
  return listings;
}

Verdict verdict(const RunResult& run) {
  if (run.interrupted) return Verdict::interrupted;
  if (count(run).failed > 0) return Verdict::failed;
  for (const auto& suite : run.suites) {
    if (!suite.leftovers.empty()) return Verdict::leftover;
  }
  return Verdict::passed;
}

Result<RunResult> run_over(const SmokeOptions& options, Wiring wiring, const std::string& server) {
  if (auto fit = check_options(options); !fit) return std::move(fit).error();
  const auto begin = std::chrono::steady_clock::now();
  auto seen = look_at_server(options, wiring, server);
  if (!seen) return std::move(seen).error();
  Run run{.options = options,
          .wiring = std::move(wiring),
          .server = server,
          .id = random_hex(run_id_length),
          .dialect = std::move(seen->dialect)};
  run.secrets.add_secret(options.admin_key);
  RunResult result{.run_id = run.id,
                   .server = server,
                   .server_version = std::move(seen->version),
                   .environment = options.environment,
                   .tool_version = options.tool_version,
                   .started_at = SystemClock().now_ms()};
  for (int round = 1; round <= options.repeat; ++round) {
    auto suites = run_suites(run, select(ten_suites(options.race_size), options), round);
    for (auto& suite : suites)
      result.suites.push_back(std::move(suite));
    if (options.cancel.stop_requested()) break;
    if (options.fail_fast && count(result).failed > 0) break;
  }
  result.interrupted = options.cancel.stop_requested();
  result.duration_ms =
      std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

namespace {

Result<std::shared_ptr<Behind>> look_behind(const SmokeOptions& options) {
  if (options.redis_url.empty() && options.database_url.empty()) return std::shared_ptr<Behind>();
  return start_probe({.redis_url = options.redis_url,
                      .database_url = options.database_url,
                      .cancel = options.cancel});
}

Result<RunResult> run_against(const SmokeOptions& options, Ownership ownership) {
  auto origin = client::parse_origin(options.server);
  if (!origin) return std::move(origin).error();
  if (auto fit = check_options(options); !fit) return std::move(fit).error();
  auto behind = look_behind(options);
  if (!behind) return std::move(behind).error();
  const auto connect = [&options](std::function<bool()> cancelled) {
    return client::make_curl_transport(options.server,
                                       {.cleartext_keys = options.cleartext_keys,
                                        .ca_file = options.ca_file,
                                        .user_agent = "botctl-smoke",
                                        .cancelled = std::move(cancelled)});
  };
  Wiring wiring{
      .connect = connect,
      .gate = std::make_shared<race::SocketGate>(*origin, options.ca_file, options.cancel),
      .ownership = ownership,
      .behind = *std::move(behind)};
  return run_over(options, std::move(wiring), origin->text());
}

Result<RunResult> run_on_own_server(const SmokeOptions& options) {
  if (auto fit = check_options(options); !fit) return std::move(fit).error();
  auto server = SpawnedServer::start(options);
  if (!server) return std::move(server).error();
  const auto& note = options.progress.note;
  if (note) note("started botd at " + (*server)->origin());
  auto inner = options;
  inner.server = (*server)->origin();
  inner.admin_key = (*server)->admin_key();
  inner.redis_url = "";
  inner.database_url = probe_is_there() ? "sqlite:" + (*server)->directory() + "/botd.db" : "";
  auto result = run_against(inner, Ownership::own);
  auto stopped = (*server)->stop();
  if (!stopped && result) {
    auto& last = result->suites.back();
    last.leftovers.push_back(stopped.error().message);
  }
  if (note && options.keep) note("kept the server's data in " + (*server)->directory());
  return result;
}

}  // namespace

Result<RunResult> run_smoke(const SmokeOptions& options) {
  if (options.spawn_server) return run_on_own_server(options);
  return run_against(options, Ownership::foreign);
}

}  // namespace bot::suites
