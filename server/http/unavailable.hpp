#pragma once

#include <stdexcept>

namespace bot::http {

// Thrown by whatever a handler needs that is away for now (database, queue full): the client gets
// 503 and Retry-After. `what()` is shown to the client.
class Unavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace bot::http
