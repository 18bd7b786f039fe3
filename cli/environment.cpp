#include "cli/environment.hpp"

#include <unistd.h>

namespace bot::cli {

Environment Environment::of_process() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return Environment(std::move(variables));
}

std::optional<std::string> Environment::get(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

std::filesystem::path Environment::base_directory(std::string_view variable,
                                                  std::string_view fallback) const {
  if (const auto set = get(variable)) {
    std::filesystem::path path(*set);
    if (path.is_absolute()) return path;
  }
  const auto home = get("HOME");
  if (!home) return {};
  return std::filesystem::path(*home) / fallback;
}

std::filesystem::path Environment::config_home() const {
  return base_directory("XDG_CONFIG_HOME", ".config");
}

std::filesystem::path Environment::state_home() const {
  return base_directory("XDG_STATE_HOME", ".local/state");
}

}  // namespace bot::cli
