// What the transport files share: one event loop per network thread and the connections on it.
// Includes Asio; nothing outside this folder includes it.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "server/http/listener.hpp"
#include "server/http/workers.hpp"

namespace bot::http {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;

constexpr auto no_deadline = SteadyClock::time_point::max();

class Connection;

// How many connections there are, and a way to wait until there are none. Thread-safe.
class Census {
 public:
  void enter();
  void leave();
  std::size_t count() const { return count_.load(std::memory_order_relaxed); }
  // True when there are none, false when that took longer than `patience`.
  bool wait_until_empty(std::chrono::milliseconds patience);
  void wait_until_empty();

 private:
  std::atomic<std::size_t> count_{0};
  std::mutex mutex_;
  std::condition_variable left_;
};

// What every connection needs to know. Outlives them all.
struct Site {
  Site(ListenerOptions chosen, const Dispatcher& with, WebSocketAcceptor* upgrades)
      : options(std::move(chosen)),
        dispatcher(with),
        acceptor(upgrades),
        workers(options.workers, options.max_queue) {}

  // What a new connection shows; null on a plain listener.
  std::shared_ptr<const TlsIdentity> identity() const {
    return options.tls ? options.tls->current() : nullptr;
  }

  const ListenerOptions options;
  const Dispatcher& dispatcher;
  WebSocketAcceptor* const acceptor;
  Workers workers;
  Census connections;
  std::atomic<std::size_t> web_sockets{0};
  std::atomic<std::uint64_t> requests{0};
};

// One thread that moves bytes, and the connections that are its own. All but the constructor,
// start and join is called on the thread itself.
class NetworkThread {
 public:
  NetworkThread() = default;
  NetworkThread(const NetworkThread&) = delete;
  NetworkThread& operator=(const NetworkThread&) = delete;

  asio::io_context& context() { return context_; }
  void start();
  void join();

  void add(Connection& connection);
  void remove(Connection& connection);

  // From now on connections end when they are idle.
  void retire_all();
  // Ends every connection now.
  void cut_all();
  bool is_stopping() const { return stopping_; }

 private:
  void tick();

  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  asio::steady_timer timer_{context_};
  std::vector<Connection*> connections_;
  bool ticking_ = false;
  bool stopping_ = false;
  bool cutting_ = false;
  std::thread thread_;
};

// Something with a socket on a network thread. Counted from construction to destruction, which may
// happen on another thread.
class Connection {
 public:
  explicit Connection(Site& site) : site_(site) { site.connections.enter(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() { site_.connections.leave(); }

  // Ends it now: whatever it waits for fails.
  virtual void cut() = 0;
  // The server stops: ends it at the next good moment.
  virtual void retire() = 0;

  // Cut when this has passed.
  SteadyClock::time_point deadline = no_deadline;
  std::size_t place = 0;  // in the list of its thread

 protected:
  Site& site() const { return site_; }
  void set_deadline(std::chrono::milliseconds from_now) {
    deadline = SteadyClock::now() + from_now;
  }

 private:
  Site& site_;
};

}  // namespace bot::http
