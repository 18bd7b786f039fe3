// The byte stream under a WebSocket: TCP, or TLS over it. In web_socket.cpp only, for what its
// headers cost.
#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/compose.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffer_traits.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "base/duration.hpp"
#include "client/http/origin.hpp"
#include "client/http/tls.hpp"

namespace bot::client {

// When waiting ends, and what the caller had asked for.
struct WireDeadline {
  std::chrono::steady_clock::time_point at;
  Millis limit;

  static WireDeadline in(Millis limit);
};

// One connection with an event loop of its own; a next layer for Beast. One read and one write may
// be under way at a time. For one thread.
class Wire {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using executor_type = Socket::executor_type;
  using ErrorCode = boost::system::error_code;

  explicit Wire(const Origin& origin);
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire();

  // Resolves, connects and, with a context, shakes hands. Errors: unreachable, timeout.
  Status open(const std::shared_ptr<TlsContext>& tls, const WireDeadline& deadline);
  void close();

  // Runs what is under way until `done` or the deadline; true when done.
  bool run_until(const bool& done, const WireDeadline& deadline);

  // What the connection ended of: the fault of TLS where there was one.
  Error gone(const ErrorCode& code) const;
  Error too_late(const WireDeadline& deadline) const;

  executor_type get_executor() { return socket_.get_executor(); }
  Socket& socket() { return socket_; }

  template <typename Buffers, typename Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    return boost::asio::async_compose<Handler, void(ErrorCode, std::size_t)>(
        Reading<Buffers>{*this, buffers}, handler, socket_);
  }

  template <typename Buffers, typename Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    return boost::asio::async_compose<Handler, void(ErrorCode, std::size_t)>(
        Writing<Buffers>{*this, buffers}, handler, socket_);
  }

  // Takes leave of the server on the layer of TLS; `handler` is called without arguments.
  template <typename Handler>
  void async_say_goodbye(Handler handler) {
    if (!tls_) return handler();
    tls_->say_goodbye();
    outgoing_ = tls_->take_wire();
    boost::asio::async_write(
        socket_,
        boost::asio::buffer(outgoing_),
        [said = std::move(handler)](const ErrorCode&, std::size_t) mutable { said(); });
  }

 private:
  static constexpr std::size_t longest_record = std::size_t{16} * 1024;

  template <typename Buffers>
  struct Reading;
  template <typename Buffers>
  struct Writing;

  Status resolve_and_connect(const WireDeadline& deadline);
  Status secure(const std::shared_ptr<TlsContext>& tls, const WireDeadline& deadline);
  Status send_handshake(const WireDeadline& deadline);
  Status receive_handshake(const WireDeadline& deadline);
  // What came over TCP goes through TLS into plain_, and its end into ended_.
  void decrypt(std::size_t size);
  ErrorCode encrypt(std::string_view plain);

  const Origin origin_;
  boost::asio::io_context context_{1};
  boost::asio::ip::tcp::resolver resolver_;
  Socket socket_;
  std::optional<TlsSession> tls_;
  std::optional<Error> fault_;  // of TLS
  ErrorCode ended_;             // why nothing more can be decrypted
  std::array<char, longest_record> incoming_{};
  std::string outgoing_;
  std::string plain_;  // decrypted and not yet read
};

// The steps of one read. Nothing is written here: what TLS wants to answer (there is no
// renegotiation) goes with the next write.
template <typename Buffers>
struct Wire::Reading {
  Wire& wire;
  Buffers buffers;
  enum class Step { begin, plain_came, cipher_came, deliver } step = Step::begin;

  template <typename Self>
  void operator()(Self& self, ErrorCode code = {}, std::size_t size = 0) {
    switch (step) {
      case Step::begin:
        return wire.tls_ ? begin(self) : read_plain(self);
      case Step::plain_came:
        return self.complete(code, size);
      case Step::cipher_came:
        if (code) return self.complete(code, 0);
        wire.decrypt(size);
        return has_something() ? deliver(self) : read_cipher(self);
      case Step::deliver:
        return deliver(self);
    }
  }

 private:
  bool has_something() const { return !wire.plain_.empty() || wire.ended_; }

  template <typename Self>
  void begin(Self& self) {
    if (!has_something()) return read_cipher(self);
    step = Step::deliver;
    boost::asio::post(wire.get_executor(), std::move(self));
  }

  template <typename Self>
  void read_plain(Self& self) {
    step = Step::plain_came;
    wire.socket_.async_read_some(buffers, std::move(self));
  }

  template <typename Self>
  void read_cipher(Self& self) {
    step = Step::cipher_came;
    wire.socket_.async_read_some(boost::asio::buffer(wire.incoming_), std::move(self));
  }

  // What came before the end first.
  template <typename Self>
  void deliver(Self& self) {
    if (wire.plain_.empty()) return self.complete(wire.ended_, 0);
    const auto size = boost::asio::buffer_copy(buffers, boost::asio::buffer(wire.plain_));
    wire.plain_.erase(0, size);
    self.complete({}, size);
  }
};

// The steps of one write: one record's worth at a time, Beast asks again for the rest.
template <typename Buffers>
struct Wire::Writing {
  Wire& wire;
  Buffers buffers;
  enum class Step { begin, plain_sent, cipher_sent, failed } step = Step::begin;
  std::size_t taken = 0;
  ErrorCode fault = {};

  template <typename Self>
  void operator()(Self& self, ErrorCode code = {}, std::size_t size = 0) {
    switch (step) {
      case Step::begin:
        return wire.tls_ ? write_cipher(self) : write_plain(self);
      case Step::plain_sent:
        return self.complete(code, size);
      case Step::cipher_sent:
        return self.complete(code, code ? 0 : taken);
      case Step::failed:
        return self.complete(fault, 0);
    }
  }

 private:
  template <typename Self>
  void write_plain(Self& self) {
    step = Step::plain_sent;
    wire.socket_.async_write_some(buffers, std::move(self));
  }

  template <typename Self>
  void write_cipher(Self& self) {
    std::string record(std::min(boost::beast::buffer_bytes(buffers), longest_record), '\0');
    taken = boost::asio::buffer_copy(boost::asio::buffer(record), buffers);
    fault = wire.encrypt(record);
    if (fault) {
      step = Step::failed;
      return boost::asio::post(wire.get_executor(), std::move(self));
    }
    step = Step::cipher_sent;
    boost::asio::async_write(wire.socket_, boost::asio::buffer(wire.outgoing_), std::move(self));
  }
};

}  // namespace bot::client
