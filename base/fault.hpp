// Exceptions for what nobody below the top can mend. Caught only in the command line's main, the
// server's request dispatcher and the worker loops.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace bot {

class Fault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A part that is needed is away or full at the moment: the caller may come back (503, Retry-After).
// `what` is for the log; `told` is what a client may read of it: no statement, path or engine.
class Unavailable : public Fault {
 public:
  // The same sentence for both.
  explicit Unavailable(const std::string& what) : Unavailable(what, what) {}
  Unavailable(const std::string& what, std::string told) : Fault(what), told_(std::move(told)) {}

  const std::string& told() const { return told_; }

 private:
  std::string told_;
};

}  // namespace bot
