// The two files that botctl reads: the user's configuration and a project's defaults for `smoke`.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace bot::cli {

// Where a key can be had; at most one of the two is set.
struct KeyEntry {
  std::filesystem::path file = {};
  std::vector<std::string> command = {};

  bool empty() const { return file.empty() && command.empty(); }
};

struct ContextEntry {
  std::string server;
  KeyEntry api_key = {};
  KeyEntry admin_key = {};
};

// Values for options, by option name; several for a list option.
using Defaults = std::map<std::string, std::vector<std::string>, std::less<>>;

struct ConfigFile {
  std::filesystem::path path;
  std::string current_context;  // empty: none
  std::map<std::string, ContextEntry, std::less<>> contexts;
  Defaults defaults;  // for every command
  Defaults smoke;     // for `smoke` only
  std::vector<std::string> warnings;
};

// What [defaults] may set: every global option that does not decide where keys go or come from.
const std::vector<std::string>& names_for_defaults();
// What [smoke] of a project file may set: what selects checks, reports and thresholds.
const std::vector<std::string>& names_for_projects();

// $XDG_CONFIG_HOME/botctl/config.toml. A file that is not there is an empty configuration. Unknown
// keys become warnings with the nearest known one. Relative key files are taken from the file's
// folder, "~/" from `home`. Error: invalid_argument naming the file and the line.
Result<ConfigFile> read_config(const std::filesystem::path& path,
                               const std::filesystem::path& home);

// .botctl.toml in the working directory: only [smoke], and in it only names_for_projects(). Whoever
// wrote a cloned repository must not decide where keys go, so everything else is refused.
Result<ConfigFile> read_project(const std::filesystem::path& path);

}  // namespace bot::cli
