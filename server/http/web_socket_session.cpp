#include "server/http/web_socket_session.hpp"

#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <list>

namespace bot::http {
namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

using boost::system::error_code;

constexpr std::size_t longest_message = std::size_t{64} << 10;
constexpr std::size_t most_unread = std::size_t{4} << 20;
constexpr std::size_t longest_reason = 123;
constexpr std::chrono::seconds handshake_patience{10};
// After half of this without a message the client is pinged, after all of it cut.
constexpr std::chrono::seconds idle_patience{60};

websocket::close_reason reason_of(int code, std::string_view text) {
  websocket::close_reason reason;
  reason.code = static_cast<std::uint16_t>(code);
  const auto cut = text.substr(0, longest_reason);
  reason.reason.assign(cut.data(), cut.size());
  return reason;
}

// One connection. The handler's calls go through the workers one after the other: the next message
// is read when the last one has been dealt with, so a client cannot flood the queue.
class WebSocketSession final : public Connection,
                               public std::enable_shared_from_this<WebSocketSession> {
 public:
  WebSocketSession(NetworkThread& thread, Site& connection_site, Upgrade upgrade)
      : Connection(connection_site),
        thread_(thread),
        stream_(std::move(upgrade.stream)),
        request_(std::move(upgrade.request)),
        handler_(std::move(upgrade.handler)) {
    site().web_sockets.fetch_add(1, std::memory_order_relaxed);
  }
  ~WebSocketSession() override { site().web_sockets.fetch_sub(1, std::memory_order_relaxed); }

  void start() {
    thread_.add(*this);
    const websocket::stream_base::timeout patience{handshake_patience, idle_patience, true};
    stream_.set_option(patience);
    stream_.read_message_max(longest_message);
    stream_.text(true);
    stream_.auto_fragment(false);
    stream_.set_option(websocket::stream_base::decorator(
        [](websocket::response_type& response) { response.set("Server", "botd"); }));
    stream_.async_accept(request_, [self = shared_from_this()](const error_code& error) {
      self->request_ = {};
      if (error) return self->leave();
      self->open();
    });
  }

  void cut() override { stream_.next_layer().close(); }

  void retire() override {
    // Beast cannot close a stream that is still being opened.
    if (!opened_) return cut();
    close_now(reason_of(websocket::close_code::going_away, ""));
  }

  // From any thread.
  void enqueue(std::shared_ptr<const std::string> text) {
    const std::lock_guard lock(outbox_mutex_);
    if (closing_) return;
    unread_ += text->size();
    if (unread_ > most_unread) {
      outbox_.clear();
      closing_ = reason_of(websocket::close_code::try_again_later, "messages are not read");
    } else {
      outbox_.push_back(std::move(text));
    }
    wake();
  }

  // From any thread.
  std::size_t unread() {
    const std::lock_guard lock(outbox_mutex_);
    return unread_;
  }

  // From any thread.
  void enqueue_close(int code, std::string_view reason) {
    const std::lock_guard lock(outbox_mutex_);
    if (closing_) return;
    closing_ = reason_of(code, reason);
    wake();
  }

 private:
  // REQUIRES: outbox_mutex_ is held.
  void wake() {
    if (awake_) return;
    awake_ = true;
    asio::post(thread_.context(), [self = shared_from_this()] { self->pump(); });
  }

  // Sends the next message, or the close frame after the last one. A client that does not read gets
  // no more messages: its close frame waits for the one that is on its way, for a while.
  void pump() {
    std::unique_lock lock(outbox_mutex_);
    awake_ = false;
    if (gone_ || (writing_ && unread_ <= most_unread)) return;
    if (outbox_.empty()) {
      if (!closing_) return;
      const auto reason = *closing_;
      lock.unlock();
      return close_now(reason);
    }
    sending_ = std::move(outbox_.front());
    outbox_.pop_front();
    lock.unlock();
    writing_ = true;
    set_deadline(site().options.write_deadline);
    stream_.async_write(asio::buffer(*sending_),
                        [self = shared_from_this()](const error_code& error, std::size_t size) {
                          self->on_written(error, size);
                        });
  }

  void on_written(const error_code& error, std::size_t size) {
    writing_ = false;
    if (!close_sent_) deadline = no_deadline;
    sending_.reset();
    {
      const std::lock_guard lock(outbox_mutex_);
      unread_ -= std::min(unread_, size);
    }
    if (error) return cut();
    pump();
  }

  void close_now(const websocket::close_reason& reason) {
    if (close_sent_ || gone_) return;
    close_sent_ = true;
    {
      const std::lock_guard lock(outbox_mutex_);
      closing_ = reason;
      outbox_.clear();
    }
    set_deadline(site().options.drain);
    stream_.async_close(reason, [self = shared_from_this()](const error_code&) {
      self->cut();
      if (!self->reading_) self->leave();
    });
  }

  void open();

  void read() {
    reading_ = true;
    stream_.async_read(buffer_, [self = shared_from_this()](const error_code& error, std::size_t) {
      self->on_read(error);
    });
  }

  void on_read(const error_code& error) {
    reading_ = false;
    if (error) return leave();
    if (close_sent_) return;
    if (!stream_.got_text()) {
      return close_now(reason_of(websocket::close_code::unknown_data, "text messages only"));
    }
    auto text = beast::buffers_to_string(buffer_.data());
    buffer_ = {};
    hand_over([text = std::move(text)](WebSocketHandler& handler) { handler.on_text(text); });
  }

  // Runs one call of the handler on a worker, then reads on.
  void hand_over(std::function<void(WebSocketHandler&)> call) {
    handling_ = true;
    site().workers.post([self = shared_from_this(), call = std::move(call)] {
      self->run_guarded(call);
      asio::post(self->thread_.context(), [self] { self->on_handled(); });
    });
  }

  void on_handled() {
    handling_ = false;
    if (gone_) return say_goodbye();
    if (!close_sent_) read();
  }

  void run_guarded(const std::function<void(WebSocketHandler&)>& call) {
    try {
      call(*handler_);
    } catch (const std::exception&) {
      enqueue_close(websocket::close_code::internal_error, "internal error");
    }
  }

  // The end, once: no more reads. Whatever is still being written fails.
  void leave() {
    if (gone_) return;
    gone_ = true;
    cut();
    thread_.remove(*this);
    {
      const std::lock_guard lock(outbox_mutex_);
      if (!closing_) closing_.emplace();
      outbox_.clear();
    }
    if (!handling_) say_goodbye();
  }

  void say_goodbye() {
    site().workers.post([self = shared_from_this()] {
      if (self->opened_) self->run_guarded([](WebSocketHandler& handler) { handler.on_close(); });
      self->handler_.reset();
    });
  }

  NetworkThread& thread_;
  websocket::stream<Stream> stream_;
  beast::http::request<beast::http::string_body> request_;
  std::unique_ptr<WebSocketHandler> handler_;
  beast::flat_buffer buffer_;
  std::shared_ptr<const std::string> sending_;
  bool opened_ = false;
  bool handling_ = false;  // the handler is at work or about to be
  bool reading_ = false;
  bool writing_ = false;
  bool close_sent_ = false;
  bool gone_ = false;

  std::mutex outbox_mutex_;
  std::list<std::shared_ptr<const std::string>> outbox_;  // takes no memory while it is empty
  std::size_t unread_ = 0;
  bool awake_ = false;
  std::optional<websocket::close_reason> closing_;  // nothing is taken any more
};

// What the handler holds; outlives the session harmlessly.
class SessionPeer final : public WebSocketPeer {
 public:
  explicit SessionPeer(std::weak_ptr<WebSocketSession> session) : session_(std::move(session)) {}

  using WebSocketPeer::send;
  void send(std::shared_ptr<const std::string> text) override {
    if (const auto session = session_.lock()) session->enqueue(std::move(text));
  }
  std::size_t unread() const override {
    const auto session = session_.lock();
    return session ? session->unread() : 0;
  }
  void close(int code, std::string_view reason) override {
    if (const auto session = session_.lock()) session->enqueue_close(code, reason);
  }

 private:
  std::weak_ptr<WebSocketSession> session_;
};

void WebSocketSession::open() {
  opened_ = true;
  auto peer = std::make_shared<SessionPeer>(weak_from_this());
  hand_over([peer = std::move(peer)](WebSocketHandler& handler) { handler.on_open(peer); });
}

}  // namespace

void start_web_socket(NetworkThread& thread, Site& site, Upgrade upgrade) {
  std::make_shared<WebSocketSession>(thread, site, std::move(upgrade))->start();
}

}  // namespace bot::http
