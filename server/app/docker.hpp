// The Docker runtime as the settings describe it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "server/app/config.hpp"
#include "server/app/log.hpp"
#include "server/bots/runtime.hpp"
#include "server/store/database.hpp"

namespace bot::app {

struct DockerParts {
  const Config& config;
  store::Database& database;
  const Clock& clock;
  Log& log;
};

// Asks the Engine who it is and remembers it in the data directory. An Engine that is away is no
// obstacle, but for a server that shares its database and has never met it: then bot::Unavailable
// is thrown, for the others would not know whose bots these are.
std::unique_ptr<bots::Runtime> make_docker_runtime(const DockerParts& parts,
                                                   const std::string& server_secret);

// The place of its bots (bots::Keeper); nothing for another runtime.
std::optional<std::string> docker_place(const bots::Runtime& runtime);

}  // namespace bot::app
