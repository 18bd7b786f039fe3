#include "server/app/job_mirror.hpp"

namespace bot::app {

std::unique_ptr<jobs::Mirror> make_mirror(const MirrorParts& parts, const std::string& owner) {
  using Sharing = jobs::MirrorOptions::Sharing;
  const auto& config = parts.config;
  if (config.redis_url.empty()) return nullptr;
  return std::make_unique<jobs::Mirror>(
      parts.database,
      parts.clock,
      jobs::MirrorOptions{
          .url = config.redis_url,
          .owner = owner,
          .sharing = config.database_url.empty() ? Sharing::alone : Sharing::shared,
          .on_problem = [&log = parts.log](const std::string& problem) {
            if (problem.empty()) {
              log.write(Log::Level::info, "jobs are shown in Redis");
            } else {
              log.write(Log::Level::warning, "jobs are not shown in Redis", {{"reason", problem}});
            }
          }});
}

}  // namespace bot::app
