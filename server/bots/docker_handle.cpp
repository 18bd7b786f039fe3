#include "server/bots/docker_handle.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace bot::bots {
namespace {

bool is_hex(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

}  // namespace

std::string to_string(const DockerHandle& handle) {
  return "docker:" + handle.engine + ":" + handle.container;
}

std::optional<DockerHandle> parse_docker_handle(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 3 || parts[0] != "docker" || !is_hex(parts[1]) || !is_hex(parts[2])) {
    return std::nullopt;
  }
  return DockerHandle{std::string(parts[1]), std::string(parts[2])};
}

}  // namespace bot::bots
