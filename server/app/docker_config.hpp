#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/bots/image_pull.hpp"

namespace bot::app {

struct Config;
struct Setting;

// optional: what runs in its container lives, also without a word. Bots of the first generations
// say nothing while they are in a meeting.
enum class Heartbeats { optional, required };

// What `botd serve --runtime docker` can be told.
struct DockerConfig {
  std::string socket = "/var/run/docker.sock";
  std::string image = "vexa-bot:dev";
  std::string network = "bridge";
  bots::ImagePull pull = bots::ImagePull::missing;
  Heartbeats heartbeats = Heartbeats::optional;
  std::int64_t memory_bytes = 0;  // 0: no limit
  std::int64_t nano_cpus = 0;     // 0: no limit
  std::int64_t pids = 2048;       // 0: no limit; a browser alone takes some hundreds
  std::string redis_url;          // for bots; empty: that of the server
  std::string whisper_live_url;   // empty: not told

  // Do containers share the loopback of this machine or of a container that is named?
  bool shares_loopback() const;
};

std::vector<Setting> docker_settings();

// "unix:///path" of DOCKER_HOST. Errors: invalid_argument for an Engine that is not on this
// machine.
Result<std::string> socket_of_docker_host(const std::string& value);

// Can bots in containers reach what they are told? Errors: invalid_argument with what to say
// instead. Nothing to find with another runtime.
Status check_docker(const Config& config);

// The redisUrl of BOT_CONFIG; empty: none.
const std::string& redis_url_for_bots(const Config& config);

}  // namespace bot::app
