#pragma once

#include "base/duration.hpp"

namespace bot::redis {

// Ends a wait for a server from another thread. Thread-safe.
class Interrupt {
 public:
  // Throws bot::Fault when the process has no descriptor left.
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // The wait that is going on, else the next one, returns at once.
  void raise();
  // Forgets what was raised.
  void clear();
  // Does nothing else until it is raised; false when it was not within that time.
  bool wait(Millis at_most) const;
  // Readable while raised.
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

}  // namespace bot::redis
