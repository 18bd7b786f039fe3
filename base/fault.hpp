// Exceptions for what nobody below the top can mend. Caught only in the command line's main, the
// server's request dispatcher and the worker loops.
#pragma once

#include <stdexcept>
#include <string>

namespace bot {

class Fault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A part that is needed is away or full at the moment: the caller may come back (503, Retry-After).
class Unavailable : public Fault {
 public:
  using Fault::Fault;
};

}  // namespace bot
