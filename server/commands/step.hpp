#pragma once

#include <array>
#include <string_view>

namespace bot::commands {

// How far a command to a bot has come: stored; given to Redis; fetched by the bot; answered by it.
// expired: its bot ended without having answered.
enum class Step { sent, published, delivered, acknowledged, expired };

inline constexpr std::array all_steps = {
    Step::sent, Step::published, Step::delivered, Step::acknowledged, Step::expired};

constexpr std::string_view to_string(Step step) {
  switch (step) {
    case Step::sent:
      return "sent";
    case Step::published:
      return "published";
    case Step::delivered:
      return "delivered";
    case Step::acknowledged:
      return "acknowledged";
    case Step::expired:
      return "expired";
  }
  return "";
}

}  // namespace bot::commands
