#include "server/bots/docker_wire.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace bot::bots {
namespace {

using nlohmann::json;

// A browser keeps its frames in /dev/shm, and dies of Docker's usual 64 MB.
constexpr std::int64_t shared_memory_bytes = std::int64_t{1} << 30;

// What a browser's start-up script needs to give its files and processes to a user of its own, and
// nothing of the network or the devices.
constexpr std::array<const char*, 6> capabilities = {
    "CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"};

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const json* object_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? &*found : nullptr;
}

std::map<std::string, std::string> labels_of(const json& object) {
  std::map<std::string, std::string> labels;
  const auto* found = object_of(object, "Labels");
  if (found == nullptr) return labels;
  for (const auto& [name, value] : found->items()) {
    if (value.is_string()) labels.emplace(name, value.get<std::string>());
  }
  return labels;
}

// Paused and restarting ones run; what podman calls initialized or configured was not started yet.
Container::Phase phase_of(const std::string& state) {
  static constexpr std::array<std::string_view, 3> before = {
      "created", "initialized", "configured"};
  static constexpr std::array<std::string_view, 4> after = {
      "exited", "dead", "removing", "stopped"};
  const auto is_in = [&state](const auto& words) {
    return std::find(words.begin(), words.end(), state) != words.end();
  };
  if (is_in(before)) return Container::Phase::created;
  return is_in(after) ? Container::Phase::ended : Container::Phase::running;
}

}  // namespace

std::string encode_plan(const ContainerPlan& plan) {
  json host{{"NetworkMode", plan.network},
            {"AutoRemove", false},  // or its exit code could not be read
            {"RestartPolicy", {{"Name", "no"}}},
            {"CapDrop", {"ALL"}},
            {"CapAdd", capabilities},
            {"SecurityOpt", {"no-new-privileges"}},
            {"ShmSize", shared_memory_bytes}};
  if (plan.memory_bytes > 0) host["Memory"] = plan.memory_bytes;
  if (plan.nano_cpus > 0) host["NanoCpus"] = plan.nano_cpus;
  if (plan.pids > 0) host["PidsLimit"] = plan.pids;
  const json body{{"Image", plan.image},
                  {"Env", plan.environment},
                  {"Labels", plan.labels},
                  {"HostConfig", std::move(host)}};
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<Container> decode_container(const std::string& body) {
  const auto json = json::parse(body, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto* state = object_of(json, "State");
  Container container;
  container.id = text_of(json, "Id");
  if (state == nullptr || container.id.empty()) return std::nullopt;
  container.phase = phase_of(text_of(*state, "Status"));
  if (const auto* config = object_of(json, "Config")) container.labels = labels_of(*config);
  const auto code = state->find("ExitCode");
  if (container.phase == Container::Phase::ended && code != state->end() &&
      code->is_number_integer()) {
    container.exit_code = code->get<int>();
  }
  return container;
}

std::optional<std::vector<Container>> decode_containers(const std::string& body) {
  const auto json = json::parse(body, nullptr, false);
  if (!json.is_array()) return std::nullopt;
  std::vector<Container> containers;
  for (const auto& each : json) {
    if (!each.is_object() || text_of(each, "Id").empty()) return std::nullopt;
    Container container;
    container.id = text_of(each, "Id");
    container.phase = phase_of(text_of(each, "State"));
    container.labels = labels_of(each);
    containers.push_back(std::move(container));
  }
  return containers;
}

std::optional<EngineIdentity> decode_identity(const std::string& body) {
  const auto json = json::parse(body, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  EngineIdentity identity{
      text_of(json, "ID"), text_of(json, "Name"), text_of(json, "DockerRootDir")};
  if (identity.id.empty() && identity.name.empty()) return std::nullopt;
  return identity;
}

std::optional<std::string> ended_container(std::string_view line) {
  const auto json = json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  static constexpr std::array<std::string_view, 5> ends = {
      "die", "died", "stop", "destroy", "remove"};
  if (std::find(ends.begin(), ends.end(), text_of(json, "Action")) == ends.end()) {
    return std::nullopt;
  }
  const auto* actor = object_of(json, "Actor");
  const auto id = actor == nullptr ? std::string() : text_of(*actor, "ID");
  return id.empty() ? std::nullopt : std::optional(id);
}

std::optional<std::string> pull_failure(const std::string& body) {
  constexpr std::size_t enough = 300;
  for (const auto line : split(body, '\n')) {
    const auto json = json::parse(line, nullptr, false);
    if (!json.is_object()) continue;
    const auto error = text_of(json, "error");
    if (!error.empty()) return truncate_to_width(escape_for_terminal(error), enough);
  }
  return std::nullopt;
}

std::pair<std::string, std::string> split_image(const std::string& image) {
  if (image.find('@') != image.npos) return {image, ""};
  const auto colon = image.rfind(':');
  const auto slash = image.rfind('/');
  // A colon before the last slash belongs to a registry's port.
  if (colon == image.npos || (slash != image.npos && colon < slash)) return {image, "latest"};
  return {image.substr(0, colon), image.substr(colon + 1)};
}

}  // namespace bot::bots
