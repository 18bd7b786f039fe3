#include "server/webhooks/sender.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include "base/text.hpp"
#include "server/webhooks/signature.hpp"

namespace bot::webhooks {

namespace {

struct CurlDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, CurlDeleter>;
using List = std::unique_ptr<curl_slist, ListDeleter>;

void append(List& list, const std::string& text) {
  curl_slist* longer = curl_slist_append(list.get(), text.c_str());
  if (longer == nullptr) return;
  (void)list.release();
  list.reset(longer);
}

std::size_t discard(char*, std::size_t, std::size_t size, void* left) {
  auto& budget = *static_cast<std::size_t*>(left);
  if (size > budget) return 0;
  budget -= size;
  return size;
}

List headers_of(const Post& event) {
  List headers;
  append(headers, "Content-Type: application/json");
  append(headers, "Expect:");
  append(headers, "X-Webhook-Id: " + event.event_id);
  append(headers, "X-Webhook-Timestamp: " + std::to_string(event.unix_seconds));
  if (!event.secret.empty()) {
    append(headers, "X-Webhook-Signature: " + sign(event.secret, event.unix_seconds, event.body));
  }
  return headers;
}

// "host:port:a,b", so that the library does not look the name up again. With a dot at its end, as
// it may stand in the URL, a name is another one to the library.
List pinned(const Target& target, const std::vector<std::string>& addresses) {
  std::vector<std::string> bracketed;
  bracketed.reserve(addresses.size());
  for (const auto& address : addresses) {
    bracketed.push_back(address.find(':') == std::string::npos ? address : "[" + address + "]");
  }
  const bool v6 = target.host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + target.host + "]" : target.host;
  const std::string rest = ":" + std::to_string(target.port) + ":" + join(bracketed, ",");
  List list;
  append(list, host + rest);
  if (!v6) append(list, host + "." + rest);
  return list;
}

// The last word on where a connection goes, however the library came to an address.
curl_socket_t open_socket(void* checked, curlsocktype, curl_sockaddr* address) {
  const auto& addresses = *static_cast<const std::vector<std::string>*>(checked);
  const bool known =
      std::find(addresses.begin(), addresses.end(), address_text(address->addr)) != addresses.end();
  if (!known) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void set_safety(CURL* handle, const SenderOptions& options) {
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_NETRC, 0L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  }
}

Error failure(CURLcode code, const Target& target) {
  const std::string where = "the webhook's host " + target.host;
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return Error{.code = Errc::timeout, .message = where + " did not answer in time"};
    case CURLE_WRITE_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_WEIRD_SERVER_REPLY:
      return Error{.code = Errc::protocol,
                   .message = where + " gave no usable answer: " + curl_easy_strerror(code)};
    default:
      return Error{.code = Errc::unreachable,
                   .message = where + " cannot be reached: " + curl_easy_strerror(code)};
  }
}

std::optional<Millis> retry_after(CURL* handle) {
  curl_off_t seconds = 0;
  if (curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK || seconds <= 0) {
    return std::nullopt;
  }
  return Millis{std::min<curl_off_t>(seconds, curl_off_t{86400} * 30) * 1000};
}

}  // namespace

Result<Answer> post(const Post& event, const SenderOptions& options) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });

  const auto target = validate_webhook_url(event.url, options.private_targets);
  if (!target) {
    Error error = target.error();
    error.code = Errc::forbidden;
    return error;
  }
  const auto addresses = resolve_target(*target, options.private_targets);
  if (!addresses) return addresses.error();

  const Handle handle(curl_easy_init());
  if (!handle) return Error{Errc::unavailable, "the HTTP library has no memory"};
  const List headers = headers_of(event);
  const List resolved = pinned(*target, *addresses);
  std::size_t budget = options.longest_answer;
  set_safety(handle.get(), options);
  curl_easy_setopt(handle.get(), CURLOPT_URL, event.url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_RESOLVE, resolved.get());
  curl_easy_setopt(handle.get(), CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(handle.get(), CURLOPT_OPENSOCKETDATA, &*addresses);
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_USERAGENT, "botd-webhook");
  curl_easy_setopt(handle.get(), CURLOPT_POST, 1L);
  curl_easy_setopt(
      handle.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(event.body.size()));
  curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, event.body.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, discard);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &budget);

  const CURLcode code = curl_easy_perform(handle.get());
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  // A status with an endless body is an answer all the same.
  if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && status > 0)) {
    return failure(code, *target);
  }
  return Answer{static_cast<int>(status), retry_after(handle.get())};
}

}  // namespace bot::webhooks
