#include "server/app/health_command.hpp"

#include <fstream>
#include <ostream>
#include <sstream>

#include "base/fault.hpp"
#include "base/text.hpp"
#include "client/http/curl_transport.hpp"
#include "client/types/service.hpp"
#include "drivers/postgres/connection.hpp"
#include "drivers/redis/connection.hpp"
#include "server/jobs/worker_health.hpp"
#include "server/store/worker_store.hpp"

namespace bot::app {
namespace {

constexpr Millis patience{5000};

Error unwell(const std::string& what) {
  return {.code = Errc::unavailable, .message = what};
}

// The connection does not touch the schema: whoever asks must change nothing.
Result<std::string> ask_database(const Config& config, const Clock& clock) {
  const auto& id = config.worker_id;
  sql::PostgresConnection connection({.url = config.database_url});
  const auto row = store::WorkerStore(connection).find(id);
  if (!row) return unwell("there is no worker " + id);
  const auto now = clock.now_ms();
  if (row->is_lost(now)) {
    return unwell("worker " + id + " was last heard of " +
                  std::to_string((now - row->beat.seen_at) / 1000) + " s ago");
  }
  if (row->beat.status == store::WorkerStatus::stopped)
    return unwell("worker " + id + " has stopped");
  return std::string(to_string(row->beat.status));
}

Result<std::string> ask_redis(const Config& config) {
  redis::Connection connection({.address = redis::parse_url(config.redis_url).value()});
  const auto sign = connection.run({"GET", jobs::health_key(config.worker_id)});
  if (sign.is_nil()) return unwell("worker " + config.worker_id + " has shown no sign of life");
  const auto health = types::Json::parse(sign.text, nullptr, false);
  if (!health.is_object()) return unwell("the sign of life of the worker cannot be read");
  return health.value("status", "running");
}

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return std::string(trim(line));
}

Result<std::string> ask_server(const Config& config) {
  auto url = config.server_url;
  client::CurlOptions options{.connect_timeout = patience};
  if (url.empty()) {
    url = first_line(config.data_dir + "/endpoint");
    if (url.empty()) return unwell("no server is running on " + config.data_dir);
    const auto certificate = config.data_dir + "/endpoint.pem";
    if (std::ifstream(certificate)) options.ca_file = certificate;
  }
  const auto answer =
      client::make_curl_transport(url, options)->send({.target = "/ready"}, patience);
  if (!answer) return unwell(answer.error().message);
  const auto health = types::parse_as<types::Health>(answer->body, "a readiness report");
  if (answer->status != 200)
    return unwell("the server is " + (health ? health->status : std::to_string(answer->status)));
  return health ? health->status : std::string("ready");
}

}  // namespace

Status check_health(const Config& config, const Clock& clock, std::ostream& out) {
  const bool of_worker = !config.worker_id.empty() && config.server_url.empty();
  if (of_worker && config.database_url.empty() && config.redis_url.empty()) {
    return Error{.code = Errc::invalid_argument,
                 .message = "where worker " + config.worker_id + " says that it lives is not known",
                 .hint = "give --database-url or --redis-url, or their variables"};
  }
  try {
    const auto asked = !of_worker                     ? ask_server(config)
                       : !config.database_url.empty() ? ask_database(config, clock)
                                                      : ask_redis(config);
    if (!asked) return asked.error();
    out << (of_worker ? "worker " + config.worker_id : std::string("server")) << ": " << *asked
        << '\n';
    return Unit{};
  } catch (const Unavailable& away) {
    return unwell(away.told());
  }
}

}  // namespace bot::app
