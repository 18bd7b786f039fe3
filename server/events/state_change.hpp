#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"

namespace bot::events {

// One stored change of a meeting's state, for what is written together with it.
struct StateChange {
  std::string from;
  std::string to;
  std::string source;  // domain::to_string(ChangeSource)
  std::optional<std::string> reason;
  UnixMillis at = 0;
  std::string request_id = {};  // of the request that brought it about; "": none did
};

}  // namespace bot::events
