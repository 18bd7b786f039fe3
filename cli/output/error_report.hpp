#pragma once

#include <iosfwd>
#include <string>

#include "base/result.hpp"
#include "cli/exit_code.hpp"
#include "cli/output/terminal.hpp"

namespace bot::cli {

enum class ErrorForm { lines, json };

// How an error is told on standard error: at most three lines (what, which request, what to do) or,
// when standard output is JSON, one object on one line. Text from the server is escaped.
void write_error(
    std::ostream& err, const Error& error, ExitCode code, ErrorForm form, Colors colors);

// A line of advice that changes nothing about the outcome.
void write_warning(std::ostream& err, const std::string& text, ErrorForm form, Colors colors);

}  // namespace bot::cli
