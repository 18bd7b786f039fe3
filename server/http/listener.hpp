#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "server/http/dispatcher.hpp"
#include "server/http/listening_socket.hpp"
#include "server/http/tls.hpp"
#include "server/http/web_socket.hpp"

namespace bot::http {

// All deadlines are totals, not inactivity: a client that dribbles is dropped all the same. They
// are kept to within a tenth of a second.
struct ListenerOptions {
  std::string host = "127.0.0.1";  // an address, or a name that has one
  std::uint16_t port = 0;          // 0: the kernel chooses
  int threads = 0;                 // network threads; 0: one per core
  int workers = 16;                // threads that run handlers
  std::size_t max_body = std::size_t{1} << 20;
  std::size_t max_header = std::size_t{32} << 10;
  std::size_t max_target = std::size_t{8} << 10;
  // From the first byte of a request to the end of its head; likewise from the connection to the
  // end of a TLS handshake.
  Millis header_deadline{10'000};
  Millis body_deadline{30'000};
  Millis idle_deadline{75'000};  // between requests, and before the first
  Millis write_deadline{30'000};
  Millis drain{2'000};           // how long what a refused client still sends is read and dropped
  std::size_t max_queue = 1024;  // requests waiting for a worker; over it 503 and Retry-After
  std::size_t max_connections = 20'000;
  std::shared_ptr<const TlsKeeper> tls = {};  // null: plain HTTP
};

// At most `wanted`, and so few that a quarter of a process's descriptors is left for its files and
// children: whoever opens connections must not stop everything else.
std::size_t connections_within(std::size_t descriptors, std::size_t wanted);

struct ListenerStats {
  std::size_t connections = 0;  // open now, websockets included
  std::size_t web_sockets = 0;  // open now
  std::uint64_t requests = 0;   // answered since the start
  std::size_t queued = 0;       // waiting for a worker now
};

// HTTP/1.1 and WebSocket on one port, all of it through TLS or none. Network threads only move
// bytes; handlers, the acceptor and websocket handlers run on a pool of workers behind a bounded
// queue. Requests on one connection are answered in order.
class Listener {
 public:
  // Binds and listens at once, so that the port is known; serves after start(). An address that
  // cannot be had is Errc::unavailable with a sentence. `dispatcher` and `acceptor` (may be
  // nullptr: no websockets) must outlive the listener.
  static Result<std::unique_ptr<Listener>> open(ListenerOptions options,
                                                const Dispatcher& dispatcher,
                                                WebSocketAcceptor* acceptor = nullptr);

  // The same on a socket that listens already; host and port of the options count for nothing.
  static std::unique_ptr<Listener> on(ListeningSocket listening,
                                      ListenerOptions options,
                                      const Dispatcher& dispatcher,
                                      WebSocketAcceptor* acceptor = nullptr);

  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();  // stop() without grace

  std::uint16_t port() const;
  void start();

  // The first step of stop(), which need not wait for the others: stops accepting, closes idle
  // connections and websockets. Returns at once.
  void close();

  // Stops accepting, closes idle connections at once and websockets with 1001, lets requests in
  // flight finish for up to `grace`, then cuts what is left. Returns when all threads have ended:
  // a handler that runs is waited for. Idempotent.
  void stop(Millis grace);

  ListenerStats stats() const;

 private:
  class Network;

  explicit Listener(std::unique_ptr<Network> network);

  std::unique_ptr<Network> network_;
};

}  // namespace bot::http
