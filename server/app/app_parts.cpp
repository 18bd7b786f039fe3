#include "server/app/app_parts.hpp"

#include <utility>

#include "server/bots/process_runtime.hpp"
#include "server/bots/simulated_runtime.hpp"
#include "server/webhooks/event.hpp"

namespace bot::app {

bots::LifecycleOptions lifecycle_options(const Config& config,
                                         const std::string& secret,
                                         Witness& witness) {
  bots::LifecycleOptions options;
  options.clocks = {.start_delay = config.bot_start_delay,
                    .join_delay = config.bot_join_delay,
                    .heartbeat_interval = config.bot_heartbeat_interval,
                    .segment_interval = config.bot_segment_interval,
                    .leave_delay = config.bot_leave_delay,
                    .orphan_timeout = config.bot_orphan_timeout};
  options.scripts = config.bot_scripts;
  options.callback_urls = config.callback_urls;
  options.stop_grace = config.stop_grace;
  options.server_secret = secret;
  options.observer = &witness;
  options.publish_commands = !config.redis_url.empty();
  options.on_change = [](sql::Connection& connection,
                         const store::MeetingRow& meeting,
                         const events::StateChange& change) -> std::vector<std::string> {
    if (webhooks::enqueue_events(connection, meeting, change, change.at) == 0) return {};
    return {std::string(webhooks::lane)};
  };
  return options;
}

std::unique_ptr<bots::Runtime> make_runtime(const DockerParts& parts,
                                            const std::string& secret,
                                            commands::Mailbox& mailbox) {
  const auto& config = parts.config;
  if (config.runtime == RuntimeKind::docker) return make_docker_runtime(parts, secret);
  if (config.runtime == RuntimeKind::simulated) {
    return std::make_unique<bots::SimulatedRuntime>(mailbox);
  }
  return std::make_unique<bots::ProcessRuntime>();
}

std::unique_ptr<bots::Replicas> make_replicas(const Config& config,
                                              const Clock& clock,
                                              const std::string& id,
                                              store::Database& database,
                                              const bots::Runtime& runtime) {
  if (config.database_url.empty()) return nullptr;
  // Simulated bots live in their server and nowhere else.
  const auto place = config.runtime == RuntimeKind::simulated
                         ? id
                         : docker_place(runtime).value_or(bots::process_place());
  return std::make_unique<bots::Replicas>(
      database, clock, bots::ReplicaOptions{.id = id, .place = place});
}

bots::LifecycleOptions with_replicas(bots::LifecycleOptions options,
                                     const Config& config,
                                     const std::string& id,
                                     const bots::Replicas* replicas) {
  options.keeper.owner = id;
  if (replicas == nullptr) return options;
  options.keeper.place = replicas->place();
  options.is_gone = [replicas](std::string_view owner) { return replicas->is_gone(owner); };
  // Addresses that the operator names are all there are: they may lead to every server.
  if (config.callback_urls.empty())
    options.peer_urls = [replicas] { return replicas->peer_urls(); };
  return options;
}

queue::DispatcherOptions queue_options(const Config& config,
                                       const std::string& id,
                                       const queue::Listeners& listeners,
                                       Witness& witness) {
  queue::DispatcherOptions options{.owner = "botd-" + id};
  options.listeners = &listeners;
  options.on_outcome = [&witness](const auto& item, const auto& outcome) {
    witness.worked(item, outcome);
  };
  if (!config.database_url.empty()) options.look_every = Millis{1000};
  return options;
}

std::unique_ptr<events::RedisLink> make_redis_link(const Config& config,
                                                   const std::string& origin,
                                                   events::Bus& bus,
                                                   commands::Mailbox& mailbox) {
  if (config.redis_url.empty()) return nullptr;
  return std::make_unique<events::RedisLink>(
      events::RedisLink::Options{.url = config.redis_url, .origin = origin},
      bus,
      [&mailbox](const std::string& session_uid) { mailbox.wake(session_uid); },
      // Nobody else writes into an embedded database.
      [&mailbox, shared = !config.database_url.empty()] {
        if (shared) mailbox.wake_all();
      });
}

std::unique_ptr<WorkerUnit> make_embedded_worker(const WorkerParts& parts, const std::string& id) {
  if (parts.config.no_embedded_worker) return nullptr;
  return std::make_unique<WorkerUnit>(
      parts, WorkerRole{.id = "server-" + id, .queues = {"jobs"}, .on_end = {}});
}

}  // namespace bot::app
