#include "client/http/wire.hpp"

#include <algorithm>
#include <boost/asio/connect.hpp>

namespace bot::client {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr const char* is_it_running = "check that the server runs there and that the URL is right";

}  // namespace

WireDeadline WireDeadline::in(Millis limit) {
  const auto longest = std::min<Millis>(limit, std::chrono::hours{24});
  return {.at = std::chrono::steady_clock::now() + longest, .limit = limit};
}

Wire::Wire(const Origin& origin) : origin_(origin), resolver_(context_), socket_(context_) {}

Wire::~Wire() {
  close();
}

void Wire::close() {
  ErrorCode ignored;
  socket_.close(ignored);
}

bool Wire::run_until(const bool& done, const WireDeadline& deadline) {
  while (!done) {
    context_.restart();
    if (context_.run_one_until(deadline.at) == 0) break;
  }
  return done;
}

Error Wire::gone(const ErrorCode& code) const {
  if (fault_) return *fault_;
  return Error{
      .code = Errc::unreachable,
      .message = "the WebSocket to " + origin_.host_and_port() + " is gone: " + code.message(),
      .hint = "connect again, or poll"};
}

Error Wire::too_late(const WireDeadline& deadline) const {
  return Error{.code = Errc::timeout,
               .message = origin_.host_and_port() + " opened no WebSocket within " +
                          format_duration(deadline.limit),
               .hint = is_it_running};
}

Status Wire::open(const std::shared_ptr<TlsContext>& tls, const WireDeadline& deadline) {
  if (auto connected = resolve_and_connect(deadline); !connected) return connected;
  ErrorCode ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  return tls ? secure(tls, deadline) : Status(Unit{});
}

Status Wire::resolve_and_connect(const WireDeadline& deadline) {
  bool done = false;
  ErrorCode result;
  tcp::resolver::results_type endpoints;
  resolver_.async_resolve(
      origin_.host, std::to_string(origin_.port), [&](const ErrorCode& code, auto found) {
        result = code;
        endpoints = std::move(found);
        done = true;
      });
  if (!run_until(done, deadline)) return too_late(deadline);
  if (result) {
    return Error{.code = Errc::unreachable,
                 .message = "the host name " + origin_.host + " cannot be resolved",
                 .hint = "check the server URL and this machine's name service"};
  }
  done = false;
  asio::async_connect(socket_, endpoints, [&](const ErrorCode& code, const tcp::endpoint&) {
    result = code;
    done = true;
  });
  if (!run_until(done, deadline)) return too_late(deadline);
  if (result) {
    return Error{.code = Errc::unreachable,
                 .message = "no connection to " + origin_.host_and_port() + ": " + result.message(),
                 .hint = is_it_running};
  }
  return Unit{};
}

Status Wire::secure(const std::shared_ptr<TlsContext>& tls, const WireDeadline& deadline) {
  tls_.emplace(tls, origin_);
  for (;;) {
    auto step = tls_->shake_hands();
    outgoing_ = tls_->take_wire();
    if (!step) {
      // So that the server learns the reason too, if it can be told at once.
      ErrorCode ignored;
      socket_.non_blocking(true, ignored);
      socket_.write_some(asio::buffer(outgoing_), ignored);
      return std::move(step).error();
    }
    const bool last = *step == TlsSession::Handshake::done;
    if (auto sent = send_handshake(deadline); !sent || last) return sent;
    if (auto came = receive_handshake(deadline); !came) return came;
  }
}

Status Wire::send_handshake(const WireDeadline& deadline) {
  if (outgoing_.empty()) return Unit{};
  bool done = false;
  ErrorCode result;
  asio::async_write(socket_, asio::buffer(outgoing_), [&](const ErrorCode& code, std::size_t) {
    result = code;
    done = true;
  });
  if (!run_until(done, deadline)) return too_late(deadline);
  if (result) return tls_failed(origin_.host_and_port(), result.message());
  return Unit{};
}

Status Wire::receive_handshake(const WireDeadline& deadline) {
  bool done = false;
  ErrorCode result;
  socket_.async_read_some(asio::buffer(incoming_), [&](const ErrorCode& code, std::size_t size) {
    result = code;
    tls_->feed(std::string_view(incoming_.data(), size));
    done = true;
  });
  if (!run_until(done, deadline)) return too_late(deadline);
  if (result == asio::error::eof) {
    return tls_failed(origin_.host_and_port(), "the server closed the connection");
  }
  if (result) return tls_failed(origin_.host_and_port(), result.message());
  return Unit{};
}

void Wire::decrypt(std::size_t size) {
  tls_->feed(std::string_view(incoming_.data(), size));
  auto more = tls_->open(plain_);
  if (more && *more) return;
  ended_ = asio::error::eof;
  if (more) return;
  ended_ = make_error_code(boost::system::errc::protocol_error);
  fault_ = std::move(more).error();
}

Wire::ErrorCode Wire::encrypt(std::string_view plain) {
  auto sealed = tls_->seal(plain);
  outgoing_ = tls_->take_wire();
  if (sealed) return {};
  fault_ = std::move(sealed).error();
  return make_error_code(boost::system::errc::protocol_error);
}

}  // namespace bot::client
