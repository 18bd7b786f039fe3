#include "server/app/docker.hpp"

#include <utility>

#include "base/fault.hpp"
#include "base/text.hpp"
#include "drivers/crypto.hpp"
#include "server/app/private_file.hpp"
#include "server/bots/docker_runtime.hpp"
#include "server/bots/launch_rows.hpp"
#include "server/store/meeting_store.hpp"

namespace bot::app {
namespace {

// Between the end of a row and that of its container lies what a bot does last.
constexpr Millis stray_grace{10'000};
constexpr Millis longest_look{10'000};

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// The same for all servers of a database and after their restarts; tells nothing of the secret.
std::string installation_of(const std::string& server_secret) {
  constexpr std::size_t enough = 16;
  return hmac_sha256_hex(server_secret, "containers").substr(0, enough);
}

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

bots::DockerRuntimeOptions runtime_options(const DockerParts& parts,
                                           const std::string& server_secret) {
  const auto& docker = parts.config.docker;
  bots::DockerRuntimeOptions options;
  options.engine.socket = docker.socket;
  options.pull = docker.pull;
  options.look_every = std::min(longest_look, parts.config.cleanup_interval);
  options.container = {.installation = installation_of(server_secret),
                       .image = docker.image,
                       .network = docker.network,
                       .memory_bytes = docker.memory_bytes,
                       .nano_cpus = docker.nano_cpus,
                       .pids = docker.pids,
                       .redis_url = unless_empty(redis_url_for_bots(parts.config)),
                       .whisper_live_url = unless_empty(docker.whisper_live_url),
                       .log_level = upper(parts.config.log_level)};
  options.without_row = [&database = parts.database,
                         &clock = parts.clock](const std::vector<std::string>& sessions) {
    return database.read([&](sql::Connection& connection) {
      return bots::sessions_without_row(connection, sessions, clock.now_ms() - stray_grace.count());
    });
  };
  options.vouch_every = parts.config.active_limit / 4;
  options.look_every = std::min(options.look_every, options.vouch_every);
  if (docker.heartbeats == Heartbeats::optional) {
    options.vouch = [&database = parts.database,
                     &clock = parts.clock](const std::vector<std::int64_t>& meetings) {
      database.write([&](sql::Connection& connection) {
        for (const auto id : meetings)
          store::MeetingStore(connection).touch_heartbeat(id, clock.now_ms());
      });
    };
  }
  options.on_news = [&log = parts.log](const std::string& sentence) {
    log.write(Log::Level::warning, sentence);
  };
  return options;
}

}  // namespace

std::unique_ptr<bots::Runtime> make_docker_runtime(const DockerParts& parts,
                                                   const std::string& server_secret) {
  const auto file = parts.config.data_dir + "/docker.engine";
  auto options = runtime_options(parts, server_secret);
  if (const auto known = read_private_file(file)) options.identity = trim(*known);
  const bool first_time = options.identity.empty();
  options.on_identity = [file, &log = parts.log](const std::string& identity) {
    const auto kept = write_private_file(file, identity + "\n");
    if (!kept) log.write(Log::Level::warning, kept.error().message);
  };
  auto runtime = std::make_unique<bots::DockerRuntime>(std::move(options));
  const auto met = runtime->meet();
  if (met && first_time) {
    if (const auto kept = read_private_file(file); !kept) throw Unavailable(kept.error().message);
  }
  if (!met && met.error().code == Errc::conflict) {
    throw Unavailable(met.error().message + "; to use it from now on, remove " + file);
  }
  if (!met && first_time && !parts.config.database_url.empty()) {
    throw Unavailable(met.error().message +
                      "; botd has to meet it once before it shares a database");
  }
  return runtime;
}

std::optional<std::string> docker_place(const bots::Runtime& runtime) {
  const auto* docker = dynamic_cast<const bots::DockerRuntime*>(&runtime);
  return docker == nullptr ? std::nullopt : std::optional(docker->identity());
}

}  // namespace bot::app
