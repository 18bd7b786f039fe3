// The kinds of settings that the tables are made of.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "server/app/config.hpp"

namespace bot::app {

inline Error bad_value(const std::string& what, const std::string& hint = {}) {
  return {.code = Errc::invalid_argument, .message = what, .hint = hint};
}

enum class Zero { refused, allowed };

inline Setting duration(std::string name, std::string help, Millis Config::*member, Zero zero) {
  return {.name = std::move(name),
          .placeholder = "DURATION",
          .help = std::move(help),
          .read = [member, zero](Config& config, const std::string& value) -> Status {
            auto parsed = parse_duration(value);
            if (!parsed) return std::move(parsed).error();
            if (*parsed == Millis{0} && zero == Zero::refused) {
              return bad_value("must be longer than zero");
            }
            config.*member = *parsed;
            return Unit{};
          },
          .show = [member](const Config& config) { return format_duration(config.*member); }};
}

template <typename Number>
Setting number(const std::string& name,
               const std::string& help,
               Number Config::*member,
               std::int64_t lowest,
               std::int64_t highest) {
  return {.name = name,
          .placeholder = "N",
          .help = help,
          .read = [=](Config& config, const std::string& value) -> Status {
            const auto parsed = parse_int(value);
            if (!parsed || *parsed < lowest || *parsed > highest) {
              return bad_value("'" + value + "' is not a number from " + std::to_string(lowest) +
                               " to " + std::to_string(highest));
            }
            config.*member = static_cast<Number>(*parsed);
            return Unit{};
          },
          .show = [member](const Config& config) { return std::to_string(config.*member); }};
}

inline Setting on_off(std::string name, std::string help, bool Config::*member) {
  return {.name = std::move(name),
          .placeholder = "",
          .help = std::move(help),
          .read = [member](Config& config, const std::string& value) -> Status {
            const auto lowered = to_lower(value);
            const bool on = lowered == "true" || lowered == "1" || lowered == "yes";
            const bool off = lowered == "false" || lowered == "0" || lowered == "no";
            if (!on && !off) return bad_value("'" + value + "' is neither true nor false");
            config.*member = on;
            return Unit{};
          },
          .show = [member](const Config& config) { return config.*member ? "true" : "false"; }};
}

template <typename Enum>
Setting choice(const std::string& name,
               const std::string& help,
               Enum Config::*member,
               std::vector<std::pair<std::string, Enum>> choices) {
  std::vector<std::string> names;
  names.reserve(choices.size());
  for (const auto& [text, value] : choices)
    names.push_back(text);
  return {.name = name,
          .placeholder = join(names, "|"),
          .help = help,
          .read = [member, choices, names](Config& config, const std::string& value) -> Status {
            for (const auto& [text, chosen] : choices) {
              if (text != value) continue;
              config.*member = chosen;
              return Unit{};
            }
            return bad_value("'" + value + "' is none of " + join(names, ", "));
          },
          .show =
              [member, choices](const Config& config) {
                for (const auto& [text, chosen] : choices) {
                  if (chosen == config.*member) return text;
                }
                return std::string();
              }};
}

}  // namespace bot::app
