#include "server/http/http_connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "base/text.hpp"
#include "server/http/error_reply.hpp"
#include "server/http/pending.hpp"
#include "server/http/response_head.hpp"
#include "server/http/stream.hpp"
#include "server/http/web_socket_session.hpp"

namespace bot::http {
namespace {

namespace beast = boost::beast;
namespace wire = boost::beast::http;

using boost::system::error_code;
using Parser = wire::request_parser<wire::string_body>;
using Message = wire::request<wire::string_body>;

constexpr auto token = asio::as_tuple(asio::use_awaitable);

// What an idle connection keeps; most requests fit.
constexpr std::size_t small_buffer = 1024;
// What TLS encrypts at once; every buffer makes records of its own.
constexpr std::size_t tls_record = std::size_t{16} << 10;
constexpr char handshake_record = 0x16;  // how every TLS connection begins
constexpr std::size_t large_buffer = std::size_t{16} << 10;

// handed_over: the stream is a websocket's now.
enum class After { next_request, close, drain, handed_over };

// Only what the parser says can be answered. Otherwise the client went away, or the connection was
// cut, or its TLS is broken.
bool is_gone(const error_code& error) {
  static const auto& of_parser = error_code(wire::error::end_of_stream).category();
  if (!error) return false;  // it has the system's category
  return error == wire::error::end_of_stream || error == wire::error::partial_message ||
         error.category() != of_parser;
}

Request request_of(Message& message, const std::string& peer) {
  Request request;
  request.method = message.method_string();
  set_target(request, message.target());
  for (const auto& field : message) {
    request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  request.body = std::move(message.body());
  request.peer_address = peer;
  request.request_id = choose_request_id(request.header("X-Request-Id"));
  return request;
}

// What the parser lets pass and HTTP does not, or what would let two servers read one request
// differently.
std::optional<std::string_view> fault_of(const Message& message) {
  const auto hosts = message.count(wire::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() >= 11)) {
    return "the request needs exactly one Host header";
  }
  const auto encodings = message.count(wire::field::transfer_encoding);
  if (encodings == 0) return std::nullopt;
  if (message.count(wire::field::content_length) > 0) {
    return "the request has both Content-Length and Transfer-Encoding";
  }
  const auto encoding = message[wire::field::transfer_encoding];
  if (encodings > 1 || message.version() < 11 || !iequals(encoding, "chunked")) {
    return "the request has a Transfer-Encoding other than chunked";
  }
  return std::nullopt;
}

Reply reply_to(const error_code& error, const Message& message, const ListenerOptions& options) {
  if (error == wire::error::body_limit) {
    return detail_reply(413,
                        "the body is larger than " + std::to_string(options.max_body) + " bytes");
  }
  if (error == wire::error::header_limit || error == wire::error::buffer_overflow) {
    if (message.target().empty()) return detail_reply(414, "the request line is too long");
    return detail_reply(
        431, "the headers are larger than " + std::to_string(options.max_header) + " bytes");
  }
  return detail_reply(400, "the request is not readable as HTTP/1.1: " + error.message());
}

// The answer to a head that is not to be served; nullopt when it is.
std::optional<Reply> refusal_of(const error_code& error,
                                const Message& message,
                                const ListenerOptions& options) {
  if (error) return reply_to(error, message, options);
  if (const auto fault = fault_of(message)) return detail_reply(400, *fault);
  if (message.target().size() > options.max_target) {
    return detail_reply(414, "the request line is too long");
  }
  return std::nullopt;
}

class HttpConnection final : public Connection {
 public:
  HttpConnection(NetworkThread& thread, Site& connection_site, Tcp::socket socket)
      : Connection(connection_site),
        thread_(thread),
        stream_(std::move(socket), connection_site.identity().get()),
        bell_(thread.context()) {
    error_code ignored;
    auto address = stream_.socket().remote_endpoint(ignored).address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
      address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    peer_ = address.to_string();
  }

  void cut() override {
    stream_.close();
    if (abandon_) abandon_();
  }

  void retire() override {
    if (interruptible_) cut();
  }

  // The frame owns the connection from its making on, not from its first run on.
  static asio::awaitable<void> serve(std::shared_ptr<HttpConnection> self) {
    const Registration registration(self->thread_, *self);
    if (self->stream_.is_tls()) {
      const bool secured = co_await self->secure();
      if (!secured) co_return;
    }
    auto after = After::next_request;
    while (after == After::next_request) {
      const bool more = co_await self->wait_for_bytes();
      if (!more) break;
      after = co_await self->serve_one();
      self->shrink_buffer();
    }
    if (after == After::handed_over) co_return;
    if (self->stream_.is_tls()) co_await self->say_goodbye();
    if (after == After::drain) co_await self->drain();
  }

 private:
  class Registration {
   public:
    Registration(NetworkThread& thread, Connection& connection)
        : thread_(thread), connection_(connection) {
      thread_.add(connection_);
    }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    ~Registration() { thread_.remove(connection_); }

   private:
    NetworkThread& thread_;
    Connection& connection_;
  };

  const ListenerOptions& options() const { return site().options; }

  // The handshake. A client that speaks plain HTTP gets a plain answer.
  asio::awaitable<bool> secure() {
    if (thread_.is_stopping()) co_return false;
    interruptible_ = true;
    set_deadline(options().header_deadline);
    const auto [unreadable] = co_await stream_.socket().async_wait(Tcp::socket::wait_read, token);
    if (unreadable) co_return false;
    const auto greeting = first_byte();
    if (!greeting) co_return false;
    if (*greeting != handshake_record) {
      co_await answer_plainly();
      co_return false;
    }
    const auto [error] = co_await stream_.async_handshake(token);
    interruptible_ = false;
    co_return !error;
  }

  // It stays to be read.
  std::optional<char> first_byte() {
    char byte = 0;
    error_code error;
    const auto size =
        stream_.socket().receive(asio::buffer(&byte, 1), Tcp::socket::message_peek, error);
    if (error || size == 0) return std::nullopt;
    return byte;
  }

  asio::awaitable<void> answer_plainly() {
    const auto sentence = detail_reply(400, "this port speaks HTTPS; begin the URL with https://");
    Request unreadable;
    unreadable.peer_address = peer_;
    const auto reply = site().dispatcher.refuse(unreadable, sentence);
    const auto text = response_head(reply, Persistence::close) + reply.body;
    site().requests.fetch_add(1, std::memory_order_relaxed);
    const auto bytes = asio::buffer(text);
    const auto [error, size] = co_await asio::async_write(stream_.socket(), bytes, token);
    if (!error) co_await drain();
  }

  // Without it a client could not tell the end of an answer from a connection that was cut.
  asio::awaitable<void> say_goodbye() {
    if (!stream_.socket().is_open()) co_return;
    interruptible_ = true;
    set_deadline(options().drain);
    const auto rung = co_await stream_.async_shutdown(token);
    static_cast<void>(rung);
  }

  asio::awaitable<bool> wait_for_bytes() {
    if (!stream_.socket().is_open()) co_return false;
    if (buffer_.size() > 0) co_return true;
    if (thread_.is_stopping()) co_return false;
    interruptible_ = true;
    set_deadline(options().idle_deadline);
    const auto room = buffer_.prepare(small_buffer);
    const auto [error, size] = co_await stream_.async_read_some(room, token);
    buffer_.commit(size);
    interruptible_ = false;
    co_return !error;
  }

  asio::awaitable<After> serve_one() {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(options().max_header));
    parser.body_limit(options().max_body);
    interruptible_ = true;
    set_deadline(options().header_deadline);
    const auto [error, size] = co_await wire::async_read_header(stream_, buffer_, parser, token);
    interruptible_ = false;
    if (is_gone(error)) co_return After::close;
    const auto refusal = refusal_of(error, parser.get(), options());
    if (refusal) {
      const auto after = co_await refuse(parser, *refusal);
      co_return after;
    }
    const auto after = co_await serve_body(parser);
    co_return after;
  }

  asio::awaitable<After> serve_body(Parser& parser) {
    if (!parser.is_done()) {
      set_deadline(options().body_deadline);
      const auto error = co_await read_body(parser);
      if (is_gone(error)) co_return After::close;
      if (error) {
        const auto refusal = reply_to(error, parser.get(), options());
        const auto after = co_await refuse(parser, refusal);
        co_return after;
      }
    } else if (site().acceptor != nullptr && beast::websocket::is_upgrade(parser.get())) {
      const auto after = co_await upgrade(parser);
      co_return after;
    }
    const bool keep = parser.get().keep_alive();
    const bool old = parser.get().version() < 11;
    auto message = parser.release();
    auto request = request_of(message, peer_);
    const bool head_only = request.method == "HEAD";
    const auto reply = co_await ask(std::move(request));
    if (!reply) co_return After::close;
    auto persistence = Persistence::close;
    if (keep && !thread_.is_stopping()) {
      persistence = old ? Persistence::keep_and_say_so : Persistence::keep;
    }
    const auto after = co_await write(*reply, persistence, head_only);
    co_return after;
  }

  asio::awaitable<error_code> read_body(Parser& parser) {
    const auto expect = parser.get()[wire::field::expect];
    const bool asks = iequals(expect, "100-continue");
    if (asks && parser.get().version() >= 11 && buffer_.size() == 0) {
      static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      const auto bytes = asio::buffer(go_on);
      const auto [error, size] = co_await asio::async_write(stream_, bytes, token);
      if (error) co_return error;
    }
    buffer_.reserve(large_buffer);
    const auto [error, size] = co_await wire::async_read(stream_, buffer_, parser, token);
    co_return error;
  }

  // Has a worker find the answer; nullopt when the connection was cut meanwhile.
  asio::awaitable<std::optional<Reply>> ask(Request request) {
    deadline = no_deadline;
    const auto pending = std::make_shared<Pending<Reply>>(thread_.context(), bell_);
    const auto shared = std::make_shared<Request>(std::move(request));
    const auto& dispatcher = site().dispatcher;
    const auto arrived = std::chrono::steady_clock::now();
    const bool queued = site().workers.try_post([pending, shared, &dispatcher, arrived] {
      dispatcher.handle(
          std::move(*shared),
          [pending](Reply reply) { pending->deliver(std::move(reply)); },
          arrived);
    });
    if (!queued) co_return dispatcher.refuse(*shared, overloaded());
    abandon_ = [pending] { pending->abandon(); };
    auto reply = co_await pending->wait();
    abandon_ = nullptr;
    co_return reply;
  }

  static Reply overloaded() {
    return error_reply(
        {.code = Errc::unavailable, .message = "the server has too many requests waiting"});
  }

  asio::awaitable<After> upgrade(Parser& parser) {
    if (buffer_.size() > 0) {
      const auto refusal = detail_reply(400, "data follows the upgrade request");
      const auto after = co_await refuse(parser, refusal);
      co_return after;
    }
    auto message = parser.release();
    auto decision = std::make_shared<Decision>();
    decision->request = request_of(message, peer_);
    const auto reply = co_await decide(decision);
    if (!reply) co_return After::close;
    if (decision->handler == nullptr) {
      const auto after = co_await write(*reply, Persistence::close, false);
      co_return after;
    }
    Upgrade accepted{std::move(stream_), std::move(message), std::move(decision->handler)};
    start_web_socket(thread_, site(), std::move(accepted));
    co_return After::handed_over;
  }

  struct Decision {
    Request request;
    std::unique_ptr<WebSocketHandler> handler;
  };

  asio::awaitable<std::optional<Reply>> decide(std::shared_ptr<Decision> decision) {
    deadline = no_deadline;
    const auto pending = std::make_shared<Pending<Reply>>(thread_.context(), bell_);
    auto& connection_site = site();
    const bool queued = connection_site.workers.try_post([pending, decision, &connection_site] {
      const auto step = [&]() -> Result<Reply> {
        auto handler = connection_site.acceptor->accept(decision->request);
        if (!handler) return handler.error();
        decision->handler = *std::move(handler);
        return Reply{.status = 101};
      };
      pending->deliver(connection_site.dispatcher.guard(decision->request, step));
    });
    if (!queued) co_return connection_site.dispatcher.refuse(decision->request, overloaded());
    abandon_ = [pending] { pending->abandon(); };
    auto reply = co_await pending->wait();
    abandon_ = nullptr;
    co_return reply;
  }

  // Answers a request that is not read to its end; what follows on the connection is noise.
  asio::awaitable<After> refuse(Parser& parser, const Reply& reply) {
    const auto request = request_of(parser.get(), peer_);
    const auto complete = site().dispatcher.refuse(request, reply);
    const bool head_only = request.method == "HEAD";
    const auto after = co_await write(complete, Persistence::close, head_only);
    if (after == After::close && stream_.socket().is_open()) co_return After::drain;
    co_return after;
  }

  asio::awaitable<After> write(const Reply& reply, Persistence persistence, bool head_only) {
    set_deadline(options().write_deadline);
    auto head = response_head(reply, persistence);
    const bool bodiless = head_only || !may_have_body(reply.status);
    std::string_view body = bodiless ? std::string_view{} : std::string_view{reply.body};
    if (stream_.is_tls() && head.size() + body.size() <= tls_record) {
      head += std::exchange(body, {});
    }
    const std::array<asio::const_buffer, 2> bytes = {asio::buffer(head), asio::buffer(body)};
    site().requests.fetch_add(1, std::memory_order_relaxed);
    const auto [error, size] = co_await asio::async_write(stream_, bytes, token);
    if (error) {
      cut();
      co_return After::close;
    }
    if (persistence != Persistence::close) co_return After::next_request;
    if (buffer_.size() > 0) co_return After::drain;
    co_return After::close;
  }

  // Closing a socket with unread bytes resets the connection, and the client loses the answer.
  asio::awaitable<void> drain() {
    interruptible_ = true;
    set_deadline(options().drain);
    error_code ignored;
    auto& socket = stream_.socket();
    socket.shutdown(Tcp::socket::shutdown_send, ignored);
    const auto sink = std::make_unique<std::array<char, large_buffer>>();
    const auto room = asio::buffer(*sink);
    for (;;) {
      const auto [error, size] = co_await socket.async_read_some(room, token);
      if (error) break;
    }
  }

  void shrink_buffer() {
    if (buffer_.size() > small_buffer || buffer_.capacity() <= small_buffer) return;
    buffer_.shrink_to_fit();
    buffer_.reserve(small_buffer);
  }

  NetworkThread& thread_;
  Stream stream_;
  asio::steady_timer bell_;
  beast::flat_buffer buffer_;
  std::string peer_;
  std::function<void()> abandon_;
  bool interruptible_ = false;  // nothing is lost when it ends here
};

}  // namespace

void start_http_connection(NetworkThread& thread, Site& site, Tcp::socket socket) {
  auto connection = std::make_shared<HttpConnection>(thread, site, std::move(socket));
  auto serving = HttpConnection::serve(std::move(connection));
  asio::co_spawn(thread.context(), std::move(serving), asio::detached);
}

}  // namespace bot::http
