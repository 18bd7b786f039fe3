#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "server/http/network_thread.hpp"

namespace bot::http {

// A value that another thread will bring to a connection. Whoever brings it may keep his end for
// longer than the connection, its thread or the listener exist.
template <typename T>
class Pending : public std::enable_shared_from_this<Pending<T>> {
 public:
  // `bell` is the connection's own timer; it lives as long as somebody waits.
  Pending(asio::io_context& context, asio::steady_timer& bell) : context_(context), bell_(bell) {
    bell_.expires_at(no_deadline);
  }

  // From any thread; only the first value counts.
  void deliver(T value) {
    const std::lock_guard lock(mutex_);
    if (settled_) return;
    auto settle = [self = this->shared_from_this(), value = std::move(value)]() mutable {
      self->settle(std::move(value));
    };
    asio::post(context_, std::move(settle));
  }

  // On the connection's thread: the waiting ends without a value.
  void abandon() { settle(std::nullopt); }

  // On the connection's thread.
  asio::awaitable<std::optional<T>> wait() {
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    while (!settled_) {
      const auto rung = co_await bell_.async_wait(token);
      static_cast<void>(rung);
    }
    co_return std::move(value_);
  }

 private:
  void settle(std::optional<T> value) {
    const std::lock_guard lock(mutex_);
    if (settled_) return;
    settled_ = true;
    value_ = std::move(value);
    bell_.cancel();
  }

  asio::io_context& context_;
  asio::steady_timer& bell_;
  std::mutex mutex_;
  bool settled_ = false;  // written on the connection's thread only
  std::optional<T> value_;
};

}  // namespace bot::http
