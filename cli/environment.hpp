#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace bot::cli {

// The process's environment, read once. Nothing else in cli/ calls getenv.
class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string, std::less<>> variables)
      : variables_(std::move(variables)) {}

  static Environment of_process();

  // An empty value counts as unset.
  std::optional<std::string> get(std::string_view name) const;
  bool has(std::string_view name) const { return get(name).has_value(); }

  // XDG base directories; empty when neither the variable nor HOME is set. A relative value is
  // ignored, as the specification demands.
  std::filesystem::path config_home() const;  // $XDG_CONFIG_HOME, ~/.config
  std::filesystem::path state_home() const;   // $XDG_STATE_HOME, ~/.local/state

 private:
  std::filesystem::path base_directory(std::string_view variable, std::string_view fallback) const;

  std::map<std::string, std::string, std::less<>> variables_;
};

}  // namespace bot::cli
