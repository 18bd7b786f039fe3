// Help as text for a terminal or a pipe, made from the command tree.
#pragma once

#include <string>
#include <string_view>

#include "cli/command.hpp"
#include "cli/output/terminal.hpp"

namespace bot::cli {

std::string help_of_program(const Tree& tree, Colors colors);
std::string help_of_noun(const Tree& tree, const Noun& noun, Colors colors);
std::string help_of_command(const Command& command, Colors colors);

// "botctl users get USER [options]"
std::string synopsis_of(const Command& command);
// "-o, --output FORMAT", "--wait[=STATE]"
std::string spelling_of(const Option& option);
// The help sentence with its default and choices: "Output format (default: auto; one of: …)".
std::string explanation_of(const Option& option);

std::string exit_codes_text();
std::string environment_text(const Tree& tree);

}  // namespace bot::cli
