#include "client/http/web_socket.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <utility>

#include "base/unicode.hpp"
#include "client/http/key_safety.hpp"
#include "client/http/refusal.hpp"
#include "client/http/wire.hpp"

namespace bot::client {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

// What Beast asks of a next layer beside reading and writing; found by the type of the argument.
void beast_close_socket(Wire& wire) {
  wire.close();
}

template <typename Handler>
void async_teardown(beast::role_type role, Wire& wire, Handler&& handler) {
  wire.async_say_goodbye([role, &wire, left = std::forward<Handler>(handler)]() mutable {
    websocket::async_teardown(role, wire.socket(), std::move(left));
  });
}

namespace {

class BeastWebSocket final : public WebSocket {
 public:
  explicit BeastWebSocket(const Origin& origin)
      : where_(origin.host_and_port()), wire_(origin), stream_(wire_) {}

  Status open(const std::shared_ptr<TlsContext>& tls,
              const std::string& target,
              const Headers& headers,
              Millis limit);
  Status send(std::string_view text) override;
  Result<std::optional<std::string>> receive(Millis deadline) override;
  void close(Millis deadline) override;
  int close_code() const override { return stream_.reason().code; }

 private:
  Status shake_hands(const std::string& target,
                     const Headers& headers,
                     const WireDeadline& deadline);
  void start_reading();
  Error refused(const websocket::response_type& response) const;
  Result<std::optional<std::string>> take_message();

  const std::string where_;
  Wire wire_;
  websocket::stream<Wire&> stream_;
  // One read is kept waiting across calls: breaking it off would lose the half of a message.
  beast::flat_buffer buffer_;
  bool reading_ = false;
  bool read_done_ = false;
  error_code read_result_;
};

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
                                   const WireDeadline& deadline) {
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
  if (!wire_.run_until(done, deadline)) return wire_.too_late(deadline);
  if (result == websocket::error::upgrade_declined) return refused(response);
  if (result) return wire_.gone(result);
  stream_.text(true);
  return Unit{};
}

Status BeastWebSocket::open(const std::shared_ptr<TlsContext>& tls,
                            const std::string& target,
                            const Headers& headers,
                            Millis limit) {
  const auto deadline = WireDeadline::in(limit);
  if (auto connected = wire_.open(tls, deadline); !connected) return connected;
  return shake_hands(target, headers, deadline);
}

Status BeastWebSocket::send(std::string_view text) {
  constexpr Millis longest{30'000};
  bool done = false;
  error_code result;
  stream_.async_write(asio::buffer(text), [&](const error_code& code, std::size_t) {
    result = code;
    done = true;
  });
  if (!wire_.run_until(done, WireDeadline::in(longest))) {
    // The buffer is the caller's: the write must not outlive this call.
    wire_.close();
    wire_.run_until(done, WireDeadline::in(longest));
    return wire_.gone(asio::error::timed_out);
  }
  if (result) return wire_.gone(result);
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
  if (!wire_.run_until(read_done_, WireDeadline::in(deadline))) {
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
  if (read_result_) return wire_.gone(read_result_);
  reading_ = false;
  auto message = beast::buffers_to_string(buffer_.data());
  buffer_.consume(buffer_.size());
  return std::optional(std::move(message));
}

void BeastWebSocket::close(Millis deadline) {
  bool done = false;
  stream_.async_close(websocket::close_code::normal, [&](const error_code&) { done = true; });
  if (wire_.run_until(done, WireDeadline::in(deadline))) return;
  wire_.close();
  wire_.run_until(done, WireDeadline::in(deadline));
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
                                                      const WebSocketOptions& options) {
  auto parsed = parse_origin(origin);
  if (!parsed) return std::move(parsed).error();
  if (!is_sendable(target, headers)) {
    return Error{.code = Errc::invalid_argument,
                 .message =
                     "the WebSocket's target or a header holds a character that HTTP does "
                     "not allow"};
  }
  if (auto safe = check_key_safety(*parsed, headers, options.cleartext_keys); !safe) {
    return std::move(safe).error();
  }
  std::shared_ptr<TlsContext> tls;
  if (parsed->scheme == Origin::Scheme::https) {
    auto made = make_tls_context({.ca_file = options.ca_file, .ca_path = options.ca_path});
    if (!made) return std::move(made).error();
    tls = *std::move(made);
  }
  auto socket = std::make_unique<BeastWebSocket>(*parsed);
  const auto whole_target = parsed->prefix + std::string(target);
  if (auto opened = socket->open(tls, whole_target, headers, deadline); !opened) {
    return std::move(opened).error();
  }
  return std::unique_ptr<WebSocket>(std::move(socket));
}

}  // namespace bot::client
