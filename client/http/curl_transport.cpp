#include "client/http/curl_transport.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <mutex>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "client/http/curl_api.hpp"
#include "client/http/curl_failure.hpp"
#include "client/http/key_safety.hpp"

namespace bot::client {
namespace {

constexpr const char* system_ca_path = "/etc/ssl/certs";
constexpr std::size_t longest_head = std::size_t{256} * 1024;

// Debian's directory of hashed certificates: reading the one that is needed takes OpenSSL a
// fraction of the 20 ms that its bundle of all takes.
bool has_hashed_certificates(const char* directory) {
  std::error_code none;
  const std::filesystem::directory_iterator entries(directory, none);
  return std::any_of(begin(entries), end(entries), [](const auto& entry) {
    return entry.path().extension() == ".0";
  });
}

bool is_sendable(const HttpRequest& request) {
  const auto visible = [](char c) { return c > ' ' && c != '\x7f'; };
  const auto printable = [](char c) { return c != '\r' && c != '\n' && c != '\0'; };
  const auto all = [](const std::string& text, auto test) {
    return std::all_of(text.begin(), text.end(), test);
  };
  return request.target.starts_with('/') && !request.method.empty() &&
         all(request.method, visible) && all(request.target, visible) &&
         std::all_of(request.headers.begin(), request.headers.end(), [&](const auto& header) {
           return all(header.first, visible) && all(header.second, printable);
         });
}

// What the callbacks of one transfer write to.
struct Transfer {
  HttpResponse response;
  std::size_t head_bytes = 0;
  std::size_t longest_body = 0;
  bool body_too_long = false;
  const std::function<bool()>* cancelled = nullptr;
  std::array<char, CURL_ERROR_SIZE> words{};
};

std::size_t take_body(char* data, std::size_t, std::size_t size, void* into) {
  auto& transfer = *static_cast<Transfer*>(into);
  transfer.body_too_long = size > transfer.longest_body - transfer.response.body.size();
  if (transfer.body_too_long) return 0;
  transfer.response.body.append(data, size);
  return size;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* into) {
  auto& transfer = *static_cast<Transfer*>(into);
  const auto line = trim(std::string_view(data, size));
  // An interim answer or a proxy's comes before the one that counts.
  if (line.starts_with("HTTP/")) transfer.response.headers.clear();
  transfer.head_bytes += size;
  if (transfer.head_bytes > longest_head) return 0;
  const auto colon = line.find(':');
  if (colon != line.npos && !line.starts_with("HTTP/")) {
    transfer.response.headers.emplace_back(trim(line.substr(0, colon)),
                                           trim(line.substr(colon + 1)));
  }
  return size;
}

int check_cancelled(void* from, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& cancelled = *static_cast<Transfer*>(from)->cancelled;
  return cancelled && cancelled() ? 1 : 0;
}

class CurlTransport final : public Transport {
 public:
  CurlTransport(const std::string& origin, CurlOptions options)
      : origin_(parse_origin(origin)), options_(std::move(options)) {}

  ~CurlTransport() override {
    for (auto* handle : idle_)
      (*curl_api())->easy_cleanup(handle);
  }

  Result<HttpResponse> send(const HttpRequest& request, Millis deadline) override;

 private:
  CURL* take_handle(const CurlApi& curl);
  void give_back(CURL* handle);
  void set_connection(const CurlApi& curl, CURL* handle, Millis deadline) const;
  void set_trust(const CurlApi& curl, CURL* handle) const;
  Result<HttpResponse> finish(
      const CurlApi& curl, CURL* handle, Transfer& transfer, CURLcode code, Millis deadline) const;

  const Result<Origin> origin_;
  const CurlOptions options_;
  std::mutex mutex_;
  std::vector<CURL*> idle_;  // each keeps its connection alive
};

curl_slist* header_list(const CurlApi& curl, const HttpRequest& request) {
  curl_slist* list = nullptr;
  bool has_type = false;
  for (const auto& [name, value] : request.headers) {
    has_type = has_type || iequals(name, "Content-Type");
    // "Name;" is how the library spells an empty value.
    list = curl.slist_append(list, (name + (value.empty() ? ";" : ": " + value)).c_str());
  }
  list = curl.slist_append(list, "Expect:");
  if (!has_type) list = curl.slist_append(list, "Content-Type:");
  return list;
}

void set_request(const CurlApi& curl, CURL* handle, const HttpRequest& request) {
  if (request.method == "HEAD") {
    curl.easy_setopt(handle, CURLOPT_NOBODY, 1L);
    return;
  }
  const bool sends_body = !request.body.empty() || request.method == "POST" ||
                          request.method == "PUT" || request.method == "PATCH";
  if (sends_body) {
    curl.easy_setopt(handle, CURLOPT_POST, 1L);
    curl.easy_setopt(
        handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl.easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  curl.easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void set_callbacks(const CurlApi& curl, CURL* handle, Transfer& transfer) {
  curl.easy_setopt(handle, CURLOPT_ERRORBUFFER, transfer.words.data());
  curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
  curl.easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  curl.easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
  curl.easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
  curl.easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl.easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, check_cancelled);
  curl.easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
}

Result<HttpResponse> CurlTransport::send(const HttpRequest& request, Millis deadline) {
  if (!origin_) return origin_.error();
  if (!is_sendable(request)) {
    return Error{.code = Errc::invalid_argument,
                 .message =
                     "the request cannot be sent: its method, target or a header holds a "
                     "character that HTTP does not allow",
                 .hint = "check the keys for line breaks"};
  }
  if (auto safe = check_key_safety(*origin_, request.headers, options_.cleartext_keys); !safe) {
    return std::move(safe).error();
  }
  const auto loaded = curl_api();
  if (!loaded) return loaded.error();
  const auto& curl = **loaded;

  auto* handle = take_handle(curl);
  Transfer transfer{
      .response = {}, .longest_body = options_.longest_body, .cancelled = &options_.cancelled};
  const auto url = origin_->text() + request.target;
  auto* headers = header_list(curl, request);
  set_connection(curl, handle, deadline);
  set_trust(curl, handle);
  set_request(curl, handle, request);
  set_callbacks(curl, handle, transfer);
  curl.easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl.easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  const auto code = curl.easy_perform(handle);
  auto result = finish(curl, handle, transfer, code, deadline);
  curl.easy_reset(handle);
  curl.slist_free_all(headers);
  give_back(handle);
  return result;
}

CURL* CurlTransport::take_handle(const CurlApi& curl) {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto* handle = idle_.back();
      idle_.pop_back();
      return handle;
    }
  }
  auto* handle = curl.easy_init();
  if (handle == nullptr) throw std::bad_alloc();
  return handle;
}

void CurlTransport::give_back(CURL* handle) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(handle);
}

void CurlTransport::set_connection(const CurlApi& curl, CURL* handle, Millis deadline) const {
  const auto milliseconds = [](Millis value) {
    return static_cast<long>(std::clamp<Millis::rep>(value.count(), 1, 86'400'000));
  };
  curl.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  // A meeting called ".." must not climb.
  curl.easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl.easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl.easy_setopt(handle, CURLOPT_USERAGENT, options_.user_agent.c_str());
  curl.easy_setopt(handle, CURLOPT_TCP_NODELAY, 1L);
  curl.easy_setopt(handle, CURLOPT_TIMEOUT_MS, milliseconds(deadline));
  curl.easy_setopt(handle,
                   CURLOPT_CONNECTTIMEOUT_MS,
                   milliseconds(std::min(deadline, options_.connect_timeout)));
  if (origin_->is_loopback()) curl.easy_setopt(handle, CURLOPT_PROXY, "");
  if (!options_.unix_socket.empty()) {
    curl.easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, options_.unix_socket.c_str());
  }
}

void CurlTransport::set_trust(const CurlApi& curl, CURL* handle) const {
  if (origin_->scheme != Origin::Scheme::https) return;
  const char* none = nullptr;
  if (!options_.ca_file.empty() || !options_.ca_path.empty()) {
    const char* file = options_.ca_file.empty() ? none : options_.ca_file.c_str();
    const char* path = options_.ca_path.empty() ? none : options_.ca_path.c_str();
    curl.easy_setopt(handle, CURLOPT_CAINFO, file);
    curl.easy_setopt(handle, CURLOPT_CAPATH, path);
    return;
  }
  static const bool hashed = has_hashed_certificates(system_ca_path);
  if (!hashed) return;
  curl.easy_setopt(handle, CURLOPT_CAINFO, none);
  curl.easy_setopt(handle, CURLOPT_CAPATH, system_ca_path);
}

Result<HttpResponse> CurlTransport::finish(
    const CurlApi& curl, CURL* handle, Transfer& transfer, CURLcode code, Millis deadline) const {
  long status = 0;
  curl.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_OK && status != 0) {
    transfer.response.status = static_cast<int>(status);
    return std::move(transfer.response);
  }
  CurlFailure failure{.code = code,
                      .where = options_.unix_socket,
                      .detail = transfer.words.data(),
                      .answer_began = transfer.head_bytes > 0,
                      .body_too_long = transfer.body_too_long,
                      .deadline = deadline};
  if (failure.detail.empty()) failure.detail = curl.easy_strerror(code);
  curl_off_t ready_after = 0;  // microseconds until the request could be sent; 0: never
  curl.easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &ready_after);
  curl.easy_getinfo(handle, CURLINFO_OS_ERRNO, &failure.os_error);
  failure.request_began = ready_after > 0;
  if (!failure.request_began) failure.deadline = std::min(deadline, options_.connect_timeout);
  return describe(failure, *origin_);
}

}  // namespace

std::shared_ptr<Transport> make_curl_transport(const std::string& origin, CurlOptions options) {
  return std::make_shared<CurlTransport>(origin, std::move(options));
}

}  // namespace bot::client
