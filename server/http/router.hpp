#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "server/http/principal.hpp"
#include "server/http/reply.hpp"
#include "server/http/request.hpp"

namespace bot::http {

// Who may call a route. It is data, so that a test can list every open route.
enum class Access {
  open,    // anybody
  user,    // X-API-Key
  admin,   // X-Admin-API-Key
  either,  // one of the two
  bot,     // a secret in the path, checked by the handler
};

// Runs on a worker thread and may block there.
using Handler = std::function<Result<Reply>(const Request&, const Principal&)>;

// Takes the answer of a request that is not answered at once (long polls). Call it once, from any
// thread, now or later; further calls, and calls after the client has gone, do nothing. When every
// copy is dropped without a call the client gets a 500.
using Responder = std::function<void(Result<Reply>)>;
// Runs on a worker thread, must return soon. What it throws after the answer changes nothing of
// that.
using AsyncHandler = std::function<void(const Request&, const Principal&, Responder)>;

struct Route {
  std::string method;
  std::string pattern;  // "/bots/{platform}/{native_meeting_id}/config"
  Access access = Access::admin;
  std::variant<Handler, AsyncHandler> handler;
  std::string summary = {};  // one line, for the OpenAPI document
};

// Finds the route of a request. Segments are split at '/' first and percent-decoded after, so an
// encoded slash is data. A literal segment is tried before a parameter; a parameter never matches
// an empty segment; a path with a trailing slash is another path. HEAD is served by the GET route
// (the listener leaves the body out), and is in Allow where GET is.
class Router {
 public:
  struct Match {
    const Route* route = nullptr;  // nullptr: no such path, or not with this method
    PathParams params = {};
    std::vector<std::string> allowed;  // methods of this path, sorted; empty: no such path
  };

  Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  // Throws std::logic_error when method and pattern are there already or the pattern is malformed.
  void add(Route route);

  // `path` is still percent-encoded. Thread-safe once all routes are added.
  Match match(std::string_view method, std::string_view path) const;

  // All of them, in the order in which they were added.
  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

 private:
  struct Node;

  std::vector<std::unique_ptr<Route>> routes_;
  std::unique_ptr<Node> root_;
};

}  // namespace bot::http
