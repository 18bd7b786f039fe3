// How the parts of a server are set up from its settings; null for a part that it does without.
#pragma once

#include <memory>
#include <string>

#include "server/app/config.hpp"
#include "server/app/docker.hpp"
#include "server/app/witness.hpp"
#include "server/app/worker_unit.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/bots/replicas.hpp"
#include "server/bots/runtime.hpp"
#include "server/commands/mailbox.hpp"
#include "server/events/bus.hpp"
#include "server/events/redis_link.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/queue/listeners.hpp"
#include "server/store/database.hpp"

namespace bot::app {

bots::LifecycleOptions lifecycle_options(const Config& config,
                                         const std::string& secret,
                                         Witness& witness);

std::unique_ptr<bots::Runtime> make_runtime(const DockerParts& parts,
                                            const std::string& secret,
                                            commands::Mailbox& mailbox);

// Null with a database that no other server can use.
std::unique_ptr<bots::Replicas> make_replicas(const Config& config,
                                              const Clock& clock,
                                              const std::string& id,
                                              store::Database& database,
                                              const bots::Runtime& runtime);

bots::LifecycleOptions with_replicas(bots::LifecycleOptions options,
                                     const Config& config,
                                     const std::string& id,
                                     const bots::Replicas* replicas);

queue::DispatcherOptions queue_options(const Config& config,
                                       const std::string& id,
                                       const queue::Listeners& listeners,
                                       Witness& witness);

std::unique_ptr<events::RedisLink> make_redis_link(const Config& config,
                                                   const std::string& origin,
                                                   events::Bus& bus,
                                                   commands::Mailbox& mailbox);

// Of the id `server-ID`, which nobody is refused: a data directory is served by one process at a
// time, so that whoever has this id, on whatever machine, was this server before.
std::unique_ptr<WorkerUnit> make_embedded_worker(const WorkerParts& parts, const std::string& id);

}  // namespace bot::app
