#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/duration.hpp"
#include "base/result.hpp"

namespace bot::client {

using Headers = std::vector<std::pair<std::string, std::string>>;

// One request below the retry policy. `target` is path and query, already encoded.
struct HttpRequest {
  std::string method = "GET";
  std::string target;
  Headers headers = {};
  std::string body = {};
};

struct HttpResponse {
  int status = 0;
  Headers headers = {};
  std::string body = {};

  // The first header of that name, case-insensitively; empty when there is none.
  std::string header(std::string_view name) const;
};

// Carries one request to one origin. Implementations: CurlTransport (real), ScriptedTransport
// (tests/fakes). Thread-safe. Any HTTP status is an answer, not an error. Redirects are never
// followed. `deadline` counts from the call.
//
// Errors: unreachable (no connection, no HTTP), timeout (deadline passed), protocol (the answer
// broke off or is too large), cancelled, invalid_argument (what cannot be sent). `outcome_unknown`
// is set unless it is certain that the server did not get the whole request.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  virtual Result<HttpResponse> send(const HttpRequest& request, Millis deadline) = 0;
};

}  // namespace bot::client
