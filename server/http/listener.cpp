#include "server/http/listener.hpp"

#include <fcntl.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <deque>

#include "server/http/error_reply.hpp"
#include "server/http/http_connection.hpp"
#include "server/http/network_thread.hpp"
#include "server/http/response_head.hpp"

namespace bot::http {
namespace {

using boost::system::error_code;

constexpr std::chrono::milliseconds accept_pause{100};

int thread_count(const ListenerOptions& options) {
  if (options.threads > 0) return options.threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void close_on_exec(int descriptor) {
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

}  // namespace

// One thread accepts and hands connections to all in turn. Sockets with SO_REUSEPORT would spare
// the hand-over, but then a second server on the same port would not be refused.
class Listener::Network {
 public:
  Network(ListeningSocket listening,
          ListenerOptions options,
          const Dispatcher& dispatcher,
          WebSocketAcceptor* acceptor)
      : site_(std::move(options), dispatcher, acceptor),
        threads_(static_cast<std::size_t>(thread_count(site_.options))),
        port_(listening.port()) {
    acceptor_.assign(listening.is_v6() ? Tcp::v6() : Tcp::v4(), listening.release());
  }
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  ~Network() = default;

  void start() {
    accept_next();
    for (auto& thread : threads_)
      thread.start();
    started_ = true;
  }

  void close() {
    if (!started_ || std::exchange(closed_, true)) return;
    asio::post(threads_.front().context(), [this] {
      error_code ignored;
      acceptor_.close(ignored);
      pause_.cancel();
    });
    for (auto& thread : threads_)
      asio::post(thread.context(), [&thread] { thread.retire_all(); });
  }

  void stop(Millis grace) {
    if (stopped_) return;
    stopped_ = true;
    close();
    if (started_) end_connections(grace);
    site_.workers.finish();
    for (auto& thread : threads_)
      thread.join();
  }

  std::uint16_t port() const { return port_; }

  ListenerStats stats() const {
    return {.connections = site_.connections.count(),
            .web_sockets = site_.web_sockets.load(std::memory_order_relaxed),
            .requests = site_.requests.load(std::memory_order_relaxed),
            .queued = site_.workers.queued()};
  }

 private:
  void end_connections(Millis grace) {
    if (site_.connections.wait_until_empty(grace)) return;
    for (auto& thread : threads_)
      asio::post(thread.context(), [&thread] { thread.cut_all(); });
    site_.connections.wait_until_empty();
  }

  void accept_next() {
    next_ = (next_ + 1) % threads_.size();
    auto& thread = threads_[next_];
    acceptor_.async_accept(thread.context(),
                           [this, &thread](const error_code& error, Tcp::socket socket) {
                             on_accepted(error, thread, std::move(socket));
                           });
  }

  void on_accepted(const error_code& error, NetworkThread& thread, Tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    if (!error) {
      welcome(thread, std::move(socket));
    } else if (error != asio::error::connection_aborted) {
      // Descriptors or memory are used up: what waits in the kernel's queue is taken up later.
      pause_.expires_after(accept_pause);
      return pause_.async_wait([this](const error_code&) {
        if (acceptor_.is_open()) accept_next();
      });
    }
    accept_next();
  }

  void welcome(NetworkThread& thread, Tcp::socket socket) {
    error_code ignored;
    close_on_exec(socket.native_handle());
    socket.set_option(Tcp::no_delay(true), ignored);
    if (site_.connections.count() >= site_.options.max_connections) return turn_away(socket);
    asio::post(thread.context(), [this, &thread, socket = std::move(socket)]() mutable {
      start_http_connection(thread, site_, std::move(socket));
    });
  }

  void turn_away(Tcp::socket& socket) const {
    error_code ignored;
    if (site_.options.tls) return;  // a client that expects TLS could not read it
    const auto reply =
        error_reply({.code = Errc::unavailable, .message = "the server has too many connections"});
    const auto text = response_head(reply, Persistence::close) + reply.body;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(text), ignored);
    socket.shutdown(Tcp::socket::shutdown_send, ignored);
  }

  Site site_;
  std::deque<NetworkThread> threads_;
  Tcp::acceptor acceptor_{threads_.front().context()};
  asio::steady_timer pause_{threads_.front().context()};
  std::size_t next_ = 0;
  const std::uint16_t port_;
  bool started_ = false;
  bool closed_ = false;
  bool stopped_ = false;
};

std::size_t connections_within(std::size_t descriptors, std::size_t wanted) {
  return std::min(wanted, descriptors - descriptors / 4);
}

Listener::Listener(std::unique_ptr<Network> network) : network_(std::move(network)) {}

Listener::~Listener() {
  stop(Millis{0});
}

Result<std::unique_ptr<Listener>> Listener::open(ListenerOptions options,
                                                 const Dispatcher& dispatcher,
                                                 WebSocketAcceptor* acceptor) {
  auto listening = ListeningSocket::open(options.host, options.port);
  if (!listening) return std::move(listening).error();
  return on(std::move(listening).value(), std::move(options), dispatcher, acceptor);
}

std::unique_ptr<Listener> Listener::on(ListeningSocket listening,
                                       ListenerOptions options,
                                       const Dispatcher& dispatcher,
                                       WebSocketAcceptor* acceptor) {
  auto network =
      std::make_unique<Network>(std::move(listening), std::move(options), dispatcher, acceptor);
  return std::unique_ptr<Listener>(new Listener(std::move(network)));
}

std::uint16_t Listener::port() const {
  return network_->port();
}

void Listener::start() {
  network_->start();
}

void Listener::close() {
  network_->close();
}

void Listener::stop(Millis grace) {
  network_->stop(grace);
}

ListenerStats Listener::stats() const {
  return network_->stats();
}

}  // namespace bot::http
