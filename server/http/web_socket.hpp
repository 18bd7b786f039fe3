#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "server/http/request.hpp"

namespace bot::http {

// The client at the other end. Thread-safe, never blocks; may be kept after the connection has
// gone, everything is then ignored.
class WebSocketPeer {
 public:
  WebSocketPeer() = default;
  WebSocketPeer(const WebSocketPeer&) = delete;
  WebSocketPeer& operator=(const WebSocketPeer&) = delete;
  virtual ~WebSocketPeer() = default;

  // One text message, which may be shared with other clients. REQUIRES: valid UTF-8, not null. A
  // client that lets 4 MiB wait unread is closed with 1013.
  virtual void send(std::shared_ptr<const std::string> text) = 0;
  void send(std::string text) { send(std::make_shared<const std::string>(std::move(text))); }
  // Bytes of messages that wait until the client reads; of no meaning once it has gone.
  virtual std::size_t unread() const = 0;
  // Sends what is queued, then the close frame. `reason` is cut to 123 bytes.
  virtual void close(int code, std::string_view reason) = 0;
};

// What one connection does. Called on worker threads, one call at a time, in order; on_close is
// the last and comes exactly once after on_open. An exception closes the connection with 1011.
class WebSocketHandler {
 public:
  WebSocketHandler() = default;
  WebSocketHandler(const WebSocketHandler&) = delete;
  WebSocketHandler& operator=(const WebSocketHandler&) = delete;
  virtual ~WebSocketHandler() = default;

  virtual void on_open(std::shared_ptr<WebSocketPeer> peer) = 0;
  // Valid UTF-8, at most 64 KiB (larger ones close with 1009, binary ones with 1003).
  virtual void on_text(std::string text) = 0;
  virtual void on_close() = 0;
};

// Decides about upgrade requests, by path and key. An error is answered as plain HTTP. Runs on
// worker threads, several at a time.
class WebSocketAcceptor {
 public:
  WebSocketAcceptor() = default;
  WebSocketAcceptor(const WebSocketAcceptor&) = delete;
  WebSocketAcceptor& operator=(const WebSocketAcceptor&) = delete;
  virtual ~WebSocketAcceptor() = default;

  virtual Result<std::unique_ptr<WebSocketHandler>> accept(const Request& request) = 0;
};

}  // namespace bot::http
