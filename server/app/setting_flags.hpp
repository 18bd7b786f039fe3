#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "server/app/config.hpp"

namespace bot::app {

// The flags of a table of settings, as they were typed. The command must outlive it.
class SettingFlags {
 public:
  SettingFlags(CLI::App& command, const std::vector<Setting>& table);

  std::vector<GivenFlag> given() const;

 private:
  std::vector<std::pair<std::string, CLI::Option*>> options_;
  std::vector<std::pair<std::string, CLI::Option*>> switches_;
};

}  // namespace bot::app
