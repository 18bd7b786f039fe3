// Events as JSON frames: what /ws subscribers get, and what goes over Redis (contract §1.8, §4).
#pragma once

#include <string>

#include "server/events/bus.hpp"

namespace bot::events {

// {"type","meeting","payload","ts"}.
std::string frame_text(const Event& event);

}  // namespace bot::events
