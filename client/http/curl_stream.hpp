#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace bot::client {

// One GET at a time whose answer has no end and is handed over as it comes, over a listening socket
// of this machine. One thread runs it, any thread stops it.
class CurlStream {
 public:
  struct Handlers {
    std::function<void()> opened;  // the answer began with 200
    std::function<void(std::string_view bytes)> came;
  };

  explicit CurlStream(std::string unix_socket);
  ~CurlStream();
  CurlStream(const CurlStream&) = delete;
  CurlStream& operator=(const CurlStream&) = delete;

  // Blocks until the peer ends the answer (success) or stop() is called (cancelled). The handlers
  // run on the caller's thread. Errors: unreachable, protocol, server_error (any status but 200).
  Status run(const std::string& target, const Handlers& handlers);
  // What runs, and whatever is begun later, ends at once.
  void stop();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace bot::client
