#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bot::http {

// Name and decoded value of each `{name}` of the route's pattern, in its order.
using PathParams = std::vector<std::pair<std::string, std::string>>;

// One request as it arrived, whole. Everything in it is data from outside: the dispatcher has seen
// to it that path and query decode to valid UTF-8 and nothing more, so slashes, NULs and other
// control characters may stand in parameters, and any byte but NUL, CR and LF in header values.
struct Request {
  std::string method;  // as sent, "GET"
  std::string target;  // as sent, path and query; may hold a secret: see redact_target
  std::string path;    // the part before '?', still percent-encoded
  std::string query;   // the part after '?', still percent-encoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string peer_address;  // without the port
  std::string request_id;    // the client's X-Request-Id when it is fit for logs, else our own
  PathParams params;

  // The first header of this name (case does not matter), else "".
  std::string_view header(std::string_view name) const;
  // Decoded, '+' as a space; of a repeated key the last; nullopt when it is not there.
  std::optional<std::string> query_value(std::string_view name) const;
  // REQUIRES: the route's pattern has `{name}`; otherwise throws std::logic_error.
  const std::string& param(std::string_view name) const;
};

// Splits a request target into path and query; a target in absolute form loses scheme and host.
void set_target(Request& request, std::string_view target);

// `proposed` when it is 1–128 characters of [A-Za-z0-9._-], else a new id. Ids are unique, not
// secret.
std::string choose_request_id(std::string_view proposed);

}  // namespace bot::http
