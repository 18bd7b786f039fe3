#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bot::bots {

// A container of one Engine; neither half is ever given out twice. Written "docker:engine:id".
struct DockerHandle {
  std::string engine;     // EngineFacts::identity
  std::string container;  // the full id

  bool operator==(const DockerHandle&) const = default;
};

std::string to_string(const DockerHandle& handle);
std::optional<DockerHandle> parse_docker_handle(std::string_view text);

}  // namespace bot::bots
