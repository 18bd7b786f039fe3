#include "client/http/curl_stream.hpp"

#include <array>
#include <atomic>
#include <new>
#include <utility>

#include "client/http/curl_api.hpp"
#include "client/http/curl_failure.hpp"

namespace bot::client {
namespace {

constexpr int longest_poll_ms = 60'000;
constexpr long connect_timeout_ms = 5'000;

// The host is not looked up: the socket's path says where to connect.
constexpr const char* origin_text = "http://localhost";

// What the callback of one transfer works on.
struct Streaming {
  const CurlApi& curl;
  CURL* handle;
  const CurlStream::Handlers& handlers;
  bool opened = false;

  long status() const {
    long code = 0;
    curl.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    return code;
  }
  void open_once() {
    if (std::exchange(opened, true)) return;
    if (handlers.opened) handlers.opened();
  }
};

// The empty line that ends the head comes even when no body follows for long.
std::size_t take_head(char* data, std::size_t, std::size_t size, void* into) {
  auto& streaming = *static_cast<Streaming*>(into);
  const std::string_view line(data, size);
  if (line == "\r\n" && streaming.status() == 200) streaming.open_once();
  return size;
}

std::size_t take_bytes(char* data, std::size_t, std::size_t size, void* into) {
  auto& streaming = *static_cast<Streaming*>(into);
  if (streaming.status() != 200) return 0;
  streaming.handlers.came(std::string_view(data, size));
  return size;
}

}  // namespace

class CurlStream::Implementation {
 public:
  explicit Implementation(std::string unix_socket) : unix_socket_(std::move(unix_socket)) {
    const auto loaded = curl_api();
    if (!loaded) {
      missing_ = loaded.error();
      return;
    }
    curl_ = *loaded;
    multi_ = curl_->multi_init();
    handle_ = curl_->easy_init();
    if (multi_ == nullptr || handle_ == nullptr) throw std::bad_alloc();
  }

  ~Implementation() {
    if (curl_ == nullptr) return;
    curl_->easy_cleanup(handle_);
    curl_->multi_cleanup(multi_);
  }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  Status run(const std::string& target, const Handlers& handlers) {
    if (curl_ == nullptr) return missing_;
    Streaming streaming{*curl_, handle_, handlers};
    const auto url = origin_text + target;
    std::array<char, CURL_ERROR_SIZE> words{};
    prepare(url, streaming, words);
    curl_->multi_add_handle(multi_, handle_);
    const auto code = go_on();
    auto ended = code ? judge(*code, streaming, words.data()) : cancelled();
    curl_->multi_remove_handle(multi_, handle_);
    curl_->easy_reset(handle_);
    return ended;
  }

  void stop() {
    stopping_ = true;
    if (curl_ != nullptr) curl_->multi_wakeup(multi_);
  }

 private:
  void prepare(const std::string& url,
               Streaming& streaming,
               std::array<char, CURL_ERROR_SIZE>& words) const {
    curl_->easy_setopt(handle_, CURLOPT_URL, url.c_str());
    curl_->easy_setopt(handle_, CURLOPT_UNIX_SOCKET_PATH, unix_socket_.c_str());
    curl_->easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
    curl_->easy_setopt(handle_, CURLOPT_PROXY, "");
    curl_->easy_setopt(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_->easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
    curl_->easy_setopt(handle_, CURLOPT_ERRORBUFFER, words.data());
    curl_->easy_setopt(handle_, CURLOPT_HEADERFUNCTION, take_head);
    curl_->easy_setopt(handle_, CURLOPT_HEADERDATA, &streaming);
    curl_->easy_setopt(handle_, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_->easy_setopt(handle_, CURLOPT_WRITEDATA, &streaming);
  }

  // The transfer's result, or nothing when it was stopped.
  std::optional<CURLcode> go_on() const {
    int running = 1;
    while (!stopping_) {
      curl_->multi_perform(multi_, &running);
      int left = 0;
      while (const auto* message = curl_->multi_info_read(multi_, &left)) {
        if (message->msg == CURLMSG_DONE) return message->data.result;
      }
      curl_->multi_poll(multi_, nullptr, 0, longest_poll_ms, nullptr);
    }
    return std::nullopt;
  }

  Status judge(CURLcode code, const Streaming& streaming, const char* words) const {
    const auto status = streaming.status();
    if (status != 0 && status != 200) {
      return Error{.code = Errc::server_error,
                   .message = unix_socket_ + " answered " + std::to_string(status),
                   .http_status = static_cast<int>(status)};
    }
    if (code == CURLE_OK) return Unit{};
    CurlFailure failure{.code = code, .where = unix_socket_, .detail = words};
    failure.answer_began = status != 0;
    curl_->easy_getinfo(handle_, CURLINFO_OS_ERRNO, &failure.os_error);
    failure.deadline = Millis{connect_timeout_ms};
    return describe(failure, {});
  }

  static Error cancelled() {
    return {.code = Errc::cancelled, .message = "the stream was stopped"};
  }

  const std::string unix_socket_;
  Error missing_;
  const CurlApi* curl_ = nullptr;
  CURLM* multi_ = nullptr;
  CURL* handle_ = nullptr;
  std::atomic<bool> stopping_{false};
};

CurlStream::CurlStream(std::string unix_socket)
    : implementation_(std::make_unique<Implementation>(std::move(unix_socket))) {}

CurlStream::~CurlStream() = default;

Status CurlStream::run(const std::string& target, const Handlers& handlers) {
  return implementation_->run(target, handlers);
}

void CurlStream::stop() {
  implementation_->stop();
}

}  // namespace bot::client
