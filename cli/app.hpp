#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/world.hpp"

namespace bot::cli {

// The whole program below main: reads the words, runs the command, tells the error. Returns the
// process's exit code. Nothing in here ends the process.
int run(const std::vector<std::string>& words, World& world);

// The same with another tree: for tests of what no real command does.
int run_with(const Tree& tree, const std::vector<std::string>& words, World& world);

}  // namespace bot::cli
