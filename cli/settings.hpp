// Which server, with which keys: flag, else environment, else context, else a local botd's own
// files, else the default. A context that is named by --context stands before the environment.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/config_file.hpp"
#include "cli/environment.hpp"
#include "cli/key_source.hpp"

namespace bot::cli {

inline constexpr std::string_view default_server = "http://127.0.0.1:8056";

struct Settings {
  std::string server = std::string(default_server);  // client::Origin::text()
  std::string server_from = "default";               // for messages and `doctor`
  std::string context = {};                          // empty: none
  KeySource api_key = {};
  KeySource admin_key = {};
  std::string ca_file = {};  // of a local botd that speaks TLS; --cacert stands before it
};

// The environment's and the files' values for the options that the command line left out; built-in
// defaults come last. Error: invalid_argument naming the variable or the file.
Status apply_environment(Arguments& arguments, const Environment& environment);
Status apply_defaults(Arguments& arguments, const Defaults& defaults, const std::string& where);
Status apply_builtin(Arguments& arguments);

// Errors: invalid_argument (an unknown context, a server URL that is none or holds a password, a
// local file that cannot be read). Keys are not read yet.
Result<Settings> resolve_settings(const Arguments& arguments,
                                  const Environment& environment,
                                  const ConfigFile& config);

}  // namespace bot::cli
