#include "client/http/web_socket.hpp"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <utility>

#include "base/unicode.hpp"
#include "client/http/key_safety.hpp"
#include "client/http/refusal.hpp"

namespace bot::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

Error gone(const std::string& where, const error_code& why) {
  return Error{.code = Errc::unreachable,
               .message = "the WebSocket to " + where + " is gone: " + why.message(),
               .hint = "connect again, or poll"};
}

class BeastWebSocket final : public WebSocket {
 public:
  explicit BeastWebSocket(const Origin& origin)
      : origin_(origin), where_(origin.host_and_port()), resolver_(context_), stream_(context_) {}

  ~BeastWebSocket() override {
    error_code ignored;
    beast::get_lowest_layer(stream_).close(ignored);
  }

  Status open(const std::string& target, const Headers& headers, Millis deadline);
  Status send(std::string_view text) override;
  Result<std::optional<std::string>> receive(Millis deadline) override;
  void close(Millis deadline) override;
  int close_code() const override { return stream_.reason().code; }

 private:
  using Instant = std::chrono::steady_clock::time_point;

  static Instant in(Millis deadline) {
    return std::chrono::steady_clock::now() + std::min<Millis>(deadline, std::chrono::hours{24});
  }

  // Runs what is under way until `done` or the deadline; true when done.
  bool run_until(const bool& done, Instant deadline);
  Status connect_tcp(Instant deadline, Millis limit);
  Status shake_hands(const std::string& target,
                     const Headers& headers,
                     Instant deadline,
                     Millis limit);
  void start_reading();
  Error too_late(Millis limit) const;
  Error refused(const websocket::response_type& response) const;
  Result<std::optional<std::string>> take_message();

  const Origin origin_;
  const std::string where_;
  asio::io_context context_{1};
  tcp::resolver resolver_;
  websocket::stream<tcp::socket> stream_;
  // One read is kept waiting across calls: breaking it off would lose the half of a message.
  beast::flat_buffer buffer_;
  bool reading_ = false;
  bool read_done_ = false;
  error_code read_result_;
};

bool BeastWebSocket::run_until(const bool& done, Instant deadline) {
  while (!done) {
    context_.restart();
    if (context_.run_one_until(deadline) == 0) break;
  }
  return done;
}

Error BeastWebSocket::too_late(Millis limit) const {
  return Error{.code = Errc::timeout,
               .message = where_ + " opened no WebSocket within " + format_duration(limit),
               .hint = "check that the server runs there and that the URL is right"};
}

Status BeastWebSocket::connect_tcp(Instant deadline, Millis limit) {
  bool done = false;
  error_code result;
  tcp::resolver::results_type endpoints;
  resolver_.async_resolve(
      origin_.host, std::to_string(origin_.port), [&](const error_code& code, auto found) {
        result = code;
        endpoints = std::move(found);
        done = true;
      });
  if (!run_until(done, deadline)) return too_late(limit);
  if (result) {
    return Error{.code = Errc::unreachable,
                 .message = "the host name " + origin_.host + " cannot be resolved",
                 .hint = "check the server URL and this machine's name service"};
  }
  done = false;
  asio::async_connect(
      stream_.next_layer(), endpoints, [&](const error_code& code, const tcp::endpoint&) {
        result = code;
        done = true;
      });
  if (!run_until(done, deadline)) return too_late(limit);
  if (result) {
    return Error{.code = Errc::unreachable,
                 .message = "no connection to " + where_ + ": " + result.message(),
                 .hint = "check that the server runs there and that the URL is right"};
  }
  stream_.next_layer().set_option(tcp::no_delay(true), result);
  return Unit{};
}

Error BeastWebSocket::refused(const websocket::response_type& response) const {
  HttpResponse answer{.status = static_cast<int>(response.result_int()), .body = response.body()};
  for (const auto& field : response) {
    answer.headers.emplace_back(field.name_string(), field.value());
  }
  if (auto refusal = refusal_of(answer)) return *std::move(refusal);
  return Error{.code = Errc::protocol,
               .message = where_ + " answered " + std::to_string(answer.status) +
                          " instead of opening a WebSocket",
               .hint = "poll instead",
               .http_status = answer.status};
}

Status BeastWebSocket::shake_hands(const std::string& target,
                                   const Headers& headers,
                                   Instant deadline,
                                   Millis limit) {
  stream_.set_option(websocket::stream_base::decorator([&headers](websocket::request_type& sent) {
    for (const auto& [name, value] : headers)
      sent.set(name, value);
  }));
  stream_.read_message_max(longest_message);
  bool done = false;
  error_code result;
  websocket::response_type response;
  stream_.async_handshake(response, where_, target, [&](const error_code& code) {
    result = code;
    done = true;
  });
  if (!run_until(done, deadline)) return too_late(limit);
  if (result == websocket::error::upgrade_declined) return refused(response);
  if (result) return gone(where_, result);
  stream_.text(true);
  return Unit{};
}

Status BeastWebSocket::open(const std::string& target, const Headers& headers, Millis deadline) {
  const auto until = in(deadline);
  if (auto connected = connect_tcp(until, deadline); !connected) return connected;
  return shake_hands(target, headers, until, deadline);
}

Status BeastWebSocket::send(std::string_view text) {
  constexpr Millis longest{30'000};
  bool done = false;
  error_code result;
  stream_.async_write(asio::buffer(text), [&](const error_code& code, std::size_t) {
    result = code;
    done = true;
  });
  if (!run_until(done, in(longest))) {
    // The buffer is the caller's: the write must not outlive this call.
    error_code ignored;
    stream_.next_layer().close(ignored);
    run_until(done, in(longest));
    return gone(where_, asio::error::timed_out);
  }
  if (result) return gone(where_, result);
  return Unit{};
}

void BeastWebSocket::start_reading() {
  if (reading_) return;
  reading_ = true;
  read_done_ = false;
  stream_.async_read(buffer_, [this](const error_code& code, std::size_t) {
    read_result_ = code;
    read_done_ = true;
  });
}

Result<std::optional<std::string>> BeastWebSocket::receive(Millis deadline) {
  start_reading();
  if (!run_until(read_done_, in(deadline))) {
    return Error{
        .code = Errc::timeout,
        .message = "no message came from " + where_ + " within " + format_duration(deadline)};
  }
  return take_message();
}

Result<std::optional<std::string>> BeastWebSocket::take_message() {
  if (read_result_ == websocket::error::closed) return std::optional<std::string>{};
  if (read_result_ == websocket::error::message_too_big) {
    return Error{.code = Errc::protocol, .message = "a message of " + where_ + " is too large"};
  }
  if (read_result_.category() == websocket::make_error_code(websocket::error::closed).category()) {
    return Error{.code = Errc::protocol,
                 .message = where_ + " broke the WebSocket protocol: " + read_result_.message()};
  }
  if (read_result_) return gone(where_, read_result_);
  reading_ = false;
  auto message = beast::buffers_to_string(buffer_.data());
  buffer_.consume(buffer_.size());
  return std::optional(std::move(message));
}

void BeastWebSocket::close(Millis deadline) {
  const auto until = in(deadline);
  bool done = false;
  stream_.async_close(websocket::close_code::normal, [&](const error_code&) { done = true; });
  if (run_until(done, until)) return;
  error_code ignored;
  stream_.next_layer().close(ignored);
  run_until(done, in(deadline));
}

bool is_sendable(std::string_view target, const Headers& headers) {
  if (!target.starts_with('/') || has_control_characters(target)) return false;
  for (const auto& [name, value] : headers) {
    if (has_control_characters(name) || has_control_characters(value)) return false;
  }
  return target.find(' ') == target.npos;
}

}  // namespace

Result<std::unique_ptr<WebSocket>> WebSocket::connect(std::string_view origin,
                                                      std::string_view target,
                                                      const Headers& headers,
                                                      Millis deadline,
                                                      CleartextKeys cleartext_keys) {
  auto parsed = parse_origin(origin);
  if (!parsed) return std::move(parsed).error();
  if (parsed->scheme == Origin::Scheme::https) {
    return Error{.code = Errc::unavailable,
                 .message = "WebSockets over TLS are not supported",
                 .hint = "poll instead"};
  }
  if (!is_sendable(target, headers)) {
    return Error{.code = Errc::invalid_argument,
                 .message =
                     "the WebSocket's target or a header holds a character that HTTP does "
                     "not allow"};
  }
  if (auto safe = check_key_safety(*parsed, headers, cleartext_keys); !safe) {
    return std::move(safe).error();
  }
  auto socket = std::make_unique<BeastWebSocket>(*parsed);
  if (auto opened = socket->open(parsed->prefix + std::string(target), headers, deadline);
      !opened) {
    return std::move(opened).error();
  }
  return std::unique_ptr<WebSocket>(std::move(socket));
}

}  // namespace bot::client
