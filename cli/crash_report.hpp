#pragma once

#include <string>

#include "base/result.hpp"
#include "cli/world.hpp"

namespace bot::cli {

// Writes what is known about a fault of ours to $XDG_STATE_HOME/botctl/ and returns the error that
// names the file. `command` is the command's path only: its arguments may be private.
Error report_crash(const World& world, const std::string& command, const std::string& what);

}  // namespace bot::cli
