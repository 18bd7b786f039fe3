// What is known about the three standard streams, and how text may look on them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cli/environment.hpp"

namespace bot::cli {

struct Terminal {
  bool in_is_tty = false;
  bool out_is_tty = false;
  bool err_is_tty = false;
  std::size_t columns = 80;  // of standard output
};

// Looks at the process's descriptors. BOTCTL_FORCE_TTY (columns, or 1 for 80) makes standard output
// and standard error count as terminals.
Terminal terminal_of_process(const Environment& environment);

// Applies BOTCTL_FORCE_TTY; a value that is no number counts as 1.
Terminal with_forced_tty(Terminal terminal, const Environment& environment);

enum class ColorChoice { automatic, always, never };
enum class Colors { off, on };

// Whether a stream gets colours: the choice, else NO_COLOR, else CLICOLOR_FORCE, else only on a
// terminal that is not TERM=dumb (nor CLICOLOR=0).
Colors colors_for(bool is_tty, ColorChoice choice, const Environment& environment);

enum class Style { plain, bold, dim, red, green, yellow, cyan };

// The text between the escape sequences of the style; only the text when colours are off.
std::string styled(std::string_view text, Style style, Colors colors);

// The style in which the state of a bot, meeting, job or worker is shown; plain for those we do not
// know.
Style style_of_state(std::string_view state);

}  // namespace bot::cli
