#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace bot::http {

// A TCP socket that listens but accepts nothing yet, so that a process can take a port first and
// give up the right to take it afterwards.
class ListeningSocket {
 public:
  // `host` is an address, or a name that has one; port 0: the kernel chooses. Errors: unavailable,
  // with a sentence and what to do.
  static Result<ListeningSocket> open(const std::string& host, std::uint16_t port);

  ListeningSocket(ListeningSocket&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), v6_(other.v6_), port_(other.port_) {}
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  std::uint16_t port() const { return port_; }
  bool is_v6() const { return v6_; }
  // The descriptor becomes the caller's.
  int release() { return std::exchange(descriptor_, -1); }

 private:
  ListeningSocket(int descriptor, bool v6, std::uint16_t port)
      : descriptor_(descriptor), v6_(v6), port_(port) {}

  int descriptor_;
  bool v6_;
  std::uint16_t port_;
};

}  // namespace bot::http
