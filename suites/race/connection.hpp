#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/http/origin.hpp"
#include "client/http/tls.hpp"

namespace bot::suites::race {

// When waiting ends: at that time, or within a tenth of a second of the run's cancellation.
struct Deadline {
  std::chrono::steady_clock::time_point at;
  std::stop_token cancel = {};
};

// One open connection, plain or TLS, whose bytes can be made ready before they are sent. The
// socket does not block. For one thread.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  virtual int descriptor() const = 0;
  // What goes on the wire for these bytes: themselves, or their TLS record. Sent in the order in
  // which they were sealed.
  virtual Result<std::string> seal(std::string_view bytes) = 0;
  // Appends to `into` what has arrived, without waiting. False once the peer has closed.
  virtual Result<bool> receive(std::string& into) = 0;
};

// Sends all of `wire`. Errors: timeout, unreachable, cancelled.
Status send_all(const Connection& connection, std::string_view wire, const Deadline& deadline);

// Waits until there is something to read. Errors: timeout, cancelled.
Status wait_readable(const Connection& connection, const Deadline& deadline);

// Connects, with the TLS handshake where the origin asks for it; `tls` is not used for http.
// Errors: unreachable, timeout, cancelled.
Result<std::unique_ptr<Connection>> connect(const client::Origin& origin,
                                            const std::shared_ptr<client::TlsContext>& tls,
                                            const Deadline& deadline);

}  // namespace bot::suites::race
