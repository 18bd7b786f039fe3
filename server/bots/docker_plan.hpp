#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "server/bots/bot_spec.hpp"
#include "server/bots/docker_engine.hpp"

namespace bot::bots {

// The labels of a bot's container: the original's own, and those by which an installation (all
// servers of one database) knows its containers again.
namespace docker_labels {
inline constexpr const char* user = "vexa.user_id";
inline constexpr const char* installation = "botd.installation";
inline constexpr const char* meeting = "botd.meeting_id";
inline constexpr const char* session = "botd.session_uid";
}  // namespace docker_labels

// What all containers of a server have in common (contract appendix B).
struct ContainerSettings {
  std::string installation;
  std::string image;
  std::string network = "bridge";
  std::int64_t memory_bytes = 0;  // 0: no limit
  std::int64_t nano_cpus = 0;     // 0: no limit
  std::int64_t pids = 0;          // 0: no limit
  std::optional<std::string> redis_url = {};
  std::optional<std::string> whisper_live_url = {};
  std::string log_level = "INFO";
};

ContainerPlan plan_container(const BotSpec& spec, const ContainerSettings& settings);

// "botd.installation=…": selects the containers of an installation.
std::string installation_label(const std::string& installation);

}  // namespace bot::bots
