#include "suites/states.hpp"

#include <array>
#include <utility>

namespace bot::suites {

namespace {

constexpr std::array<std::pair<std::string_view, State>, 11> words{{
    {"reserved", State::reserved},
    {"starting", State::starting},
    {"active", State::active},
    {"stopping", State::stopping},
    {"completed", State::completed},
    {"failed", State::failed},
    {"requested", State::reserved},
    {"joining", State::starting},
    {"awaiting_admission", State::starting},
    {"needs_help", State::starting},
    {"needs_human_help", State::starting},
}};

}  // namespace

std::optional<State> parse_state(std::string_view word) {
  for (const auto& [name, state] : words) {
    if (name == word) return state;
  }
  return std::nullopt;
}

std::string_view name_of(State state) {
  for (const auto& [name, known] : words) {
    if (known == state) return name;
  }
  return "";
}

bool is_final(State state) {
  return state == State::completed || state == State::failed;
}

bool holds_a_seat(State state) {
  return state == State::reserved || state == State::starting || state == State::active;
}

bool may_follow(State earlier, State later) {
  if (earlier == later) return true;
  return !is_final(earlier) && later > earlier;
}

}  // namespace bot::suites
