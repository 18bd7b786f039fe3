// JSON of the Docker Engine API, as far as bots need it. Podman's answers differ in details; both
// are read. nullopt: cannot be understood.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/bots/docker_engine.hpp"

namespace bot::bots {

struct EngineIdentity {
  std::string id;
  std::string name;
  std::string root;
};

// The body of POST /containers/create.
std::string encode_plan(const ContainerPlan& plan);
// Of GET /containers/{id}/json.
std::optional<Container> decode_container(const std::string& body);
// Of GET /containers/json.
std::optional<std::vector<Container>> decode_containers(const std::string& body);
// Of GET /info.
std::optional<EngineIdentity> decode_identity(const std::string& body);
// The container that a line of GET /events says has ended or is gone.
std::optional<std::string> ended_container(std::string_view line);
// What a finished POST /images/create says went wrong.
std::optional<std::string> pull_failure(const std::string& body);
// "host:5000/a/b:tag" to name and tag: latest when it has none, empty when it has a digest.
std::pair<std::string, std::string> split_image(const std::string& image);

}  // namespace bot::bots
