#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/service_url.hpp"
#include "base/text.hpp"
#include "client/http/origin.hpp"
#include "drivers/redis/url.hpp"
#include "server/app/config.hpp"

namespace bot::app {
namespace {

Error bad_value(const std::string& what, const std::string& hint = {}) {
  return {.code = Errc::invalid_argument, .message = what, .hint = hint};
}

using Text = std::string DockerConfig::*;

// Words that become a part of a request or of a name on the Engine.
Setting word(std::string name, std::string placeholder, std::string help, Text member) {
  return {.name = std::move(name),
          .placeholder = std::move(placeholder),
          .help = std::move(help),
          .read = [member](Config& config, const std::string& value) -> Status {
            const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
              return c > ' ' && c < '\x7f' && c != '?' && c != '#' && c != '%';
            });
            if (value.empty() || !plain) return bad_value("'" + value + "' is not a name");
            config.docker.*member = value;
            return Unit{};
          },
          .show = [member](const Config& config) { return config.docker.*member; }};
}

// "512m" as docker run --memory takes it: bytes, or with one of b, k, m, g.
std::optional<std::int64_t> parse_bytes(const std::string& value) {
  constexpr std::int64_t largest = std::int64_t{1} << 50;
  if (value.empty()) return std::nullopt;
  static constexpr std::string_view units = "bkmg";
  const auto unit = units.find(to_lower(value.substr(value.size() - 1)));
  const auto digits = unit == units.npos ? value : value.substr(0, value.size() - 1);
  const auto number = parse_int(digits);
  if (!number || *number < 0) return std::nullopt;
  const std::int64_t factor = std::int64_t{1} << (unit == units.npos ? 0 : 10 * unit);
  if (*number > largest / factor) return std::nullopt;
  return *number * factor;
}

Status read_memory(Config& config, const std::string& value) {
  constexpr std::int64_t least = std::int64_t{6} << 20;  // of Docker
  const auto bytes = parse_bytes(value);
  if (!bytes || (*bytes != 0 && *bytes < least)) {
    return bad_value("'" + value + "' is not a size of at least 6m, nor 0", "for example 2g");
  }
  config.docker.memory_bytes = *bytes;
  return Unit{};
}

std::string show_memory(const Config& config) {
  const auto bytes = config.docker.memory_bytes;
  constexpr std::int64_t mebibyte = std::int64_t{1} << 20;
  if (bytes != 0 && bytes % mebibyte == 0) return std::to_string(bytes / mebibyte) + "m";
  return std::to_string(bytes);
}

constexpr double nano = 1e9;

Status read_cpus(Config& config, const std::string& value) {
  double cpus = 0;
  const auto* end = value.data() + value.size();
  const auto parsed = std::from_chars(value.data(), end, cpus);
  if (parsed.ec != std::errc() || parsed.ptr != end || !(cpus >= 0) || cpus > 1024) {
    return bad_value("'" + value + "' is not a number of processors", "for example 1.5");
  }
  config.docker.nano_cpus = std::llround(cpus * nano);
  return Unit{};
}

std::string show_cpus(const Config& config) {
  std::array<char, 32> text{};
  const auto written = std::to_chars(
      text.data(), text.data() + text.size(), static_cast<double>(config.docker.nano_cpus) / nano);
  return {text.data(), written.ptr};
}

Status read_pids(Config& config, const std::string& value) {
  const auto pids = parse_int(value);
  if (!pids || *pids < 0 || *pids > 4'194'304) {
    return bad_value("'" + value + "' is not a number from 0 to 4194304");
  }
  config.docker.pids = *pids;
  return Unit{};
}

using bots::ImagePull;

constexpr std::array<std::pair<std::string_view, ImagePull>, 3> pulls = {
    {{"missing", ImagePull::missing}, {"always", ImagePull::always}, {"never", ImagePull::never}}};

Status read_pull(Config& config, const std::string& value) {
  for (const auto& [name, pull] : pulls) {
    if (name != value) continue;
    config.docker.pull = pull;
    return Unit{};
  }
  return bad_value("'" + value + "' is none of missing, always, never");
}

std::string show_pull(const Config& config) {
  for (const auto& [name, pull] : pulls) {
    if (pull == config.docker.pull) return std::string(name);
  }
  return "";
}

Status read_heartbeats(Config& config, const std::string& value) {
  if (value != "optional" && value != "required") {
    return bad_value("'" + value + "' is neither optional nor required");
  }
  config.docker.heartbeats = value == "required" ? Heartbeats::required : Heartbeats::optional;
  return Unit{};
}

Status read_bot_redis(Config& config, const std::string& value) {
  if (value.empty()) return Unit{};
  if (auto known = redis::parse_url(value); !known) return std::move(known).error();
  config.docker.redis_url = value;
  return Unit{};
}

Status read_whisper(Config& config, const std::string& value) {
  if (value.empty()) return Unit{};
  const bool socket = value.starts_with("ws://") || value.starts_with("wss://");
  if (!socket || has_password(value)) {
    return bad_value("'" + without_password(value) + "' is not a ws or wss URL without a password");
  }
  config.docker.whisper_live_url = value;
  return Unit{};
}

bool is_loopback_url(const std::string& url) {
  const auto origin = client::parse_origin(url);
  return origin && origin->is_loopback();
}

Status check_callbacks(const Config& config) {
  const std::string why =
      ", and a container of the network " + config.docker.network + " has a loopback of its own";
  if (config.callback_urls.empty() && is_loopback_host(config.listen_host)) {
    return bad_value("--runtime docker: botd listens on " + config.listen_host + why,
                     "say with --callback-url where containers reach it, or --docker-network host");
  }
  if (config.callback_urls.empty()) {
    return bad_value("--runtime docker: containers have to be told where they reach botd",
                     "say it with --callback-url, for example http://172.17.0.1:" +
                         std::to_string(config.listen_port));
  }
  for (const auto& url : config.callback_urls) {
    if (!is_loopback_url(url)) continue;
    return bad_value("--callback-url " + url + " is loopback" + why,
                     "name an address that containers reach, or say --docker-network host");
  }
  return Unit{};
}

Status check_redis(const Config& config) {
  if (config.docker.redis_url.empty() && has_password(config.redis_url)) {
    return bad_value("--redis-url has a password, which every bot's container could read",
                     "name a Redis user for bots in BOTD_BOT_REDIS_URL or BOTD_BOT_REDIS_URL_FILE");
  }
  const auto& url = redis_url_for_bots(config);
  const auto address = redis::parse_url(url.empty() ? "redis://elsewhere" : url);
  if (address && is_loopback_host(address->host) && !config.docker.shares_loopback()) {
    return bad_value("the Redis at " + address->host_and_port() +
                         " cannot be reached from the "
                         "containers of the network " +
                         config.docker.network,
                     "say with --bot-redis-url how bots reach it, or --docker-network host");
  }
  return Unit{};
}

}  // namespace

bool DockerConfig::shares_loopback() const {
  return network == "host" || network.starts_with("container:");
}

const std::string& redis_url_for_bots(const Config& config) {
  return config.docker.redis_url.empty() ? config.redis_url : config.docker.redis_url;
}

Result<std::string> socket_of_docker_host(const std::string& value) {
  constexpr std::string_view scheme = "unix://";
  if (!value.starts_with(std::string(scheme) + "/")) {
    return bad_value("DOCKER_HOST: " + without_password(value) + " is not unix:///PATH",
                     "bots run on an Engine of this machine; name its socket with --docker-socket");
  }
  return value.substr(scheme.size());
}

Status check_docker(const Config& config) {
  if (config.runtime != RuntimeKind::docker) return Unit{};
  if (config.docker.network == "none") {
    return bad_value("--docker-network none: bots reach neither a meeting nor botd from there",
                     "name a network of the Engine, or host");
  }
  if (!config.docker.shares_loopback()) {
    if (auto reachable = check_callbacks(config); !reachable) return reachable;
  }
  return check_redis(config);
}

std::vector<Setting> docker_settings() {
  return {
      word("docker-socket",
           "PATH",
           "The Docker Engine's socket; without it that of DOCKER_HOST=unix://PATH",
           &DockerConfig::socket),
      word("bot-image", "IMAGE", "What runs as a bot in a container", &DockerConfig::image),
      word("docker-network",
           "NETWORK",
           "The containers' network: one of the Engine's, host, or container:NAME",
           &DockerConfig::network),
      {.name = "docker-pull",
       .placeholder = "missing|always|never",
       .help = "When the image is fetched",
       .read = read_pull,
       .show = show_pull},
      {.name = "bot-heartbeats",
       .placeholder = "optional|required",
       .help = "Whether an active bot in a container that runs is ended for its silence (required)",
       .read = read_heartbeats,
       .show =
           [](const Config& config) {
             return config.docker.heartbeats == Heartbeats::required ? "required" : "optional";
           }},
      {.name = "bot-memory",
       .placeholder = "SIZE",
       .help = "Most memory of a container, such as 2g; 0 is no limit",
       .read = read_memory,
       .show = show_memory},
      {.name = "bot-cpus",
       .placeholder = "N",
       .help = "Most processors that a container may use, such as 1.5; 0 is no limit",
       .read = read_cpus,
       .show = show_cpus},
      {.name = "bot-pids",
       .placeholder = "N",
       .help = "Most processes and threads of a container; 0 is no limit",
       .read = read_pids,
       .show = [](const Config& config) { return std::to_string(config.docker.pids); }},
      {.name = "bot-redis-url",
       .placeholder = "URL",
       .help = "The redisUrl that containers are told, instead of that of the server",
       .secret_url = true,
       .read = read_bot_redis,
       .show = [](const Config& config) { return without_password(config.docker.redis_url); }},
      {.name = "whisper-live-url",
       .placeholder = "URL",
       .help = "The WHISPER_LIVE_URL that containers are told",
       .read = read_whisper,
       .show = [](const Config& config) { return config.docker.whisper_live_url; }},
  };
}

}  // namespace bot::app
