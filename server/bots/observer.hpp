#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "server/commands/step.hpp"
#include "server/events/state_change.hpp"

namespace bot::bots {

// Told what became of bots and their commands once it is durable, for whoever counts and logs it.
// Called on any thread, several at a time; must be quick and not throw.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;

  virtual void changed(std::int64_t meeting_id, const events::StateChange& change) = 0;
  virtual void advanced(commands::Step step, std::size_t count) = 0;
};

}  // namespace bot::bots
