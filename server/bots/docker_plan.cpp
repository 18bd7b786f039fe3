#include "server/bots/docker_plan.hpp"

namespace bot::bots {

ContainerPlan plan_container(const BotSpec& spec, const ContainerSettings& settings) {
  BotSpec told = spec;
  told.redis_url = settings.redis_url;
  ContainerPlan plan;
  plan.name = spec.container_id;
  plan.image = settings.image;
  plan.environment = {"BOT_CONFIG=" + encode_bot_config(told), "LOG_LEVEL=" + settings.log_level};
  if (settings.whisper_live_url) {
    plan.environment.push_back("WHISPER_LIVE_URL=" + *settings.whisper_live_url);
  }
  plan.labels = {{docker_labels::user, std::to_string(spec.user_id)},
                 {docker_labels::installation, settings.installation},
                 {docker_labels::meeting, std::to_string(spec.meeting_id)},
                 {docker_labels::session, spec.session_uid}};
  plan.network = settings.network;
  plan.memory_bytes = settings.memory_bytes;
  plan.nano_cpus = settings.nano_cpus;
  plan.pids = settings.pids;
  return plan;
}

std::string installation_label(const std::string& installation) {
  std::string label = docker_labels::installation;
  label.append("=").append(installation);
  return label;
}

}  // namespace bot::bots
