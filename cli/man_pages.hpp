#pragma once

#include <map>
#include <string>

#include "cli/command.hpp"

namespace bot::cli {

// File name ("botctl-users.1") to page: botctl(1), one page per noun and per command without one,
// botctl-config(5).
std::map<std::string, std::string> man_pages(const Tree& tree);

}  // namespace bot::cli
