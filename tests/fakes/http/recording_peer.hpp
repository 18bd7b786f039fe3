#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "server/http/web_socket.hpp"

namespace bot::http {

// The client's end of a websocket that keeps what it is sent.
class RecordingPeer final : public WebSocketPeer {
 public:
  using WebSocketPeer::send;
  void send(std::shared_ptr<const std::string> text) override {
    const std::scoped_lock lock(mutex_);
    unread_ += text->size();
    most_unread_ = std::max(most_unread_, unread_);
    frames_.push_back(*text);
  }
  std::size_t unread() const override {
    const std::scoped_lock lock(mutex_);
    return unread_;
  }
  void close(int code, std::string_view) override {
    const std::scoped_lock lock(mutex_);
    close_code_ = code;
  }

  // What has come since the last call: it is read now.
  std::vector<std::string> take() {
    const std::scoped_lock lock(mutex_);
    unread_ = 0;
    return std::exchange(frames_, {});
  }
  // The most that has waited at a time.
  std::size_t most_unread() const {
    const std::scoped_lock lock(mutex_);
    return most_unread_;
  }
  int close_code() const {
    const std::scoped_lock lock(mutex_);
    return close_code_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> frames_;
  std::size_t unread_ = 0;
  std::size_t most_unread_ = 0;
  int close_code_ = 0;
};

}  // namespace bot::http
