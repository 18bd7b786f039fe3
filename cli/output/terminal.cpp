#include "cli/output/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace bot::cli {
namespace {

constexpr std::size_t usual_columns = 80;
constexpr std::size_t most_columns = 10'000;

std::size_t columns_of(int descriptor, const Environment& environment) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const auto set = parse_int(environment.get("COLUMNS").value_or(""));
  if (set && *set > 0 && *set < static_cast<std::int64_t>(most_columns)) {
    return static_cast<std::size_t>(*set);
  }
  return usual_columns;
}

std::string_view sequence_of(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::bold:
      return "\x1b[1m";
    case Style::dim:
      return "\x1b[2m";
    case Style::red:
      return "\x1b[31m";
    case Style::green:
      return "\x1b[32m";
    case Style::yellow:
      return "\x1b[33m";
    case Style::cyan:
      return "\x1b[36m";
  }
  return "";
}

}  // namespace

Terminal terminal_of_process(const Environment& environment) {
  Terminal terminal;
  terminal.in_is_tty = ::isatty(STDIN_FILENO) == 1;
  terminal.out_is_tty = ::isatty(STDOUT_FILENO) == 1;
  terminal.err_is_tty = ::isatty(STDERR_FILENO) == 1;
  if (terminal.out_is_tty) terminal.columns = columns_of(STDOUT_FILENO, environment);
  return with_forced_tty(terminal, environment);
}

Terminal with_forced_tty(Terminal terminal, const Environment& environment) {
  const auto forced = environment.get("BOTCTL_FORCE_TTY");
  if (!forced) return terminal;
  terminal.out_is_tty = true;
  terminal.err_is_tty = true;
  const auto columns = parse_int(*forced);
  const bool usable = columns && *columns > 1 && *columns < static_cast<std::int64_t>(most_columns);
  terminal.columns = usable ? static_cast<std::size_t>(*columns) : usual_columns;
  return terminal;
}

Colors colors_for(bool is_tty, ColorChoice choice, const Environment& environment) {
  if (choice == ColorChoice::always) return Colors::on;
  if (choice == ColorChoice::never || environment.has("NO_COLOR")) return Colors::off;
  if (environment.get("CLICOLOR_FORCE").value_or("0") != "0") return Colors::on;
  if (!is_tty || environment.get("TERM").value_or("") == "dumb") return Colors::off;
  return environment.get("CLICOLOR").value_or("1") == "0" ? Colors::off : Colors::on;
}

std::string styled(std::string_view text, Style style, Colors colors) {
  if (colors == Colors::off || style == Style::plain || text.empty()) return std::string(text);
  return std::string(sequence_of(style)) + std::string(text) + "\x1b[0m";
}

Style style_of_state(std::string_view state) {
  using namespace std::string_view_literals;
  constexpr std::array good{"active"sv, "ok"sv, "delivered"sv, "running"sv};
  constexpr std::array bad{"failed"sv, "dead"sv, "lost"sv, "banned"sv};
  constexpr std::array between{
      "reserved"sv, "starting"sv, "stopping"sv, "pending"sv, "quiet"sv, "suspended"sv};
  constexpr std::array over{"completed"sv, "cancelled"sv, "stopped"sv};
  const auto is_one_of = [state](const auto& states) {
    return std::find(states.begin(), states.end(), state) != states.end();
  };
  if (is_one_of(good)) return Style::green;
  if (is_one_of(bad)) return Style::red;
  if (is_one_of(between)) return Style::yellow;
  return is_one_of(over) ? Style::dim : Style::plain;
}

}  // namespace bot::cli
