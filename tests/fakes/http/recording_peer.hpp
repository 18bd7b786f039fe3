#pragma once

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
    frames_.push_back(*text);
  }
  void close(int code, std::string_view) override {
    const std::scoped_lock lock(mutex_);
    close_code_ = code;
  }

  // What has come since the last call.
  std::vector<std::string> take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(frames_, {});
  }
  int close_code() const {
    const std::scoped_lock lock(mutex_);
    return close_code_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> frames_;
  int close_code_ = 0;
};

}  // namespace bot::http
