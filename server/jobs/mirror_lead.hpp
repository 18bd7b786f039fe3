#pragma once

#include <chrono>
#include <string>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "server/store/database.hpp"

namespace bot::jobs {

// Which of the processes of a database has the mirror. Used by one thread.
class MirrorLead {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  MirrorLead(store::Database& database, const Clock& clock, std::string owner, Millis lease);

  // Whether this one has it, which takes it where it is free. Asks the database a few times within
  // a lease. Throws as that does; then nobody knows, and the next call asks again.
  bool held();
  // When held() is to be called again by a process that wants to keep it; Instant::max() for one
  // that does not have it.
  Instant kept_until() const;
  // Lets another process have it at once; without the database it has to run out.
  void give_back();

 private:
  store::Database& database_;
  const Clock& clock_;
  const std::string owner_;
  const Millis lease_;
  bool held_ = false;
  Instant next_question_{};
};

}  // namespace bot::jobs
