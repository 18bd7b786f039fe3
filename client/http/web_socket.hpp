#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "client/http/origin.hpp"
#include "client/http/transport.hpp"

namespace bot::client {

struct WebSocketOptions {
  CleartextKeys cleartext_keys = CleartextKeys::refused;
  std::string ca_file = {};  // PEM bundle; empty: the system's
  std::string ca_path = {};  // hashed directory; empty: the system's
};

// A client's end of one WebSocket, over TLS (1.2 at least, the certificate verified) where the
// origin is https. One thread at a time. Pings are answered while `receive` or `send` runs. Proxies
// are not used.
class WebSocket {
 public:
  // The largest message that is taken; a longer one ends the connection.
  static constexpr std::size_t longest_message = std::size_t{16} * 1024 * 1024;

  WebSocket() = default;
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;
  // Closes the socket at once; `close` first to say goodbye.
  virtual ~WebSocket() = default;

  // Durations count from the call. Errors: unreachable (also when TLS failed), timeout; when the
  // server answers with another status than 101 the error of that status (client/http/refusal.hpp)
  // with http_status; invalid_argument for what cannot be sent, or a key that would go in clear.
  static Result<std::unique_ptr<WebSocket>> connect(std::string_view origin,
                                                    std::string_view target,
                                                    const Headers& headers,
                                                    Millis deadline,
                                                    const WebSocketOptions& options = {});

  // One text message. Errors: unreachable when the connection is gone.
  virtual Status send(std::string_view text) = 0;

  // The next text message; nullopt when the peer has closed; Errc::timeout when none came in time
  // (nothing is lost, the next call goes on); protocol for an oversized or malformed frame.
  virtual Result<std::optional<std::string>> receive(Millis deadline) = 0;

  // Sends a close frame and waits for the peer's, at most that long.
  virtual void close(Millis deadline) = 0;

  // Why the peer closed, after receive gave nullopt; 1005 when it did not say.
  virtual int close_code() const = 0;
};

}  // namespace bot::client
