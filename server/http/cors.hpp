// Cross-origin requests of browsers (the Fetch standard's CORS protocol). Keys travel in headers,
// never in cookies, so "with credentials" is never allowed.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "server/http/router.hpp"
#include "server/http/web_socket.hpp"

namespace bot::http {

// "https://app.example", "http://localhost:3000" or "*", as a browser would send it (lower case, no
// default port). Errors: invalid_argument with the form that is expected.
Result<std::string> normal_cors_origin(std::string_view text);

// Which pages may use the API, and how browsers are told. Immutable, thread-safe.
//
// Routes of the admin and of bots have no part in it: they never get a header, nor does a path
// below /admin, known or not.
class Cors {
 public:
  // `origins` as normal_cors_origin makes them; "*" stands for every page.
  explicit Cors(std::vector<std::string> origins);

  bool allows(std::string_view origin) const;

  // Whether a page may see answers of this route; without a route (nullptr), of this path.
  static bool is_open_to_pages(const Route* route, std::string_view path);

  // Adds what the browser needs to show this answer to the page of that origin ("": not a page).
  void amend(std::string_view origin, Reply& reply) const;

  // The answer to a preflight, or nullopt when this is none, comes from a page that may not, or
  // asks for a path where pages have no method at all.
  std::optional<Reply> preflight(const Request& request, const Router& router) const;

 private:
  const std::vector<std::string> origins_;
  const bool every_;
};

// Refuses upgrade requests of pages that `cors` does not allow; clients that are no browsers send
// no Origin, and pages of the server's own host may. Passes all others on.
std::unique_ptr<WebSocketAcceptor> guard_origins(std::shared_ptr<const Cors> cors,
                                                 WebSocketAcceptor& acceptor);

}  // namespace bot::http
