#pragma once

#include <string>

#include "suites/race/connection.hpp"

namespace bot::suites::race {

// Owns a descriptor.
class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  Socket& operator=(Socket&& other) = delete;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket();

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// A connected, non-blocking TCP socket without Nagle's delay.
Result<Socket> open_socket(const client::Origin& origin, const Deadline& deadline);

enum class Readiness { read, write };

Status wait_for(int descriptor, Readiness readiness, const Deadline& deadline);

// Appends what has arrived. False once the peer has closed.
Result<bool> receive_plain(int descriptor, std::string& into);

}  // namespace bot::suites::race
