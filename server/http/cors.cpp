#include "server/http/cors.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace bot::http {
namespace {

constexpr std::string_view request_headers =
    "Content-Type, Idempotency-Key, X-API-Key, X-Request-Id";
constexpr std::string_view shown_headers = "Idempotency-Replayed, Retry-After, X-Request-Id";
constexpr std::string_view longest_memory = "600";  // seconds; Chromium keeps none longer than 2 h

Error no_origin(std::string_view text) {
  return {.code = Errc::invalid_argument,
          .message = "'" + std::string(text) + "' is not an origin",
          .hint = "scheme, host and port only, as https://app.example or http://localhost:3000"};
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' ||
         c == ':' || c == '[' || c == ']';
}

std::string_view host_of(std::string_view origin) {
  const auto scheme = origin.find("://");
  return scheme == origin.npos ? std::string_view{} : origin.substr(scheme + 3);
}

// As the router reads it: each segment is decoded by itself.
bool is_below_admin(std::string_view path) {
  if (!path.starts_with('/')) return false;
  const auto first = path.substr(1, path.find('/', 1) - 1);
  return percent_decode(first) == "admin";
}

class OriginGuard final : public WebSocketAcceptor {
 public:
  OriginGuard(std::shared_ptr<const Cors> cors, WebSocketAcceptor& acceptor)
      : cors_(std::move(cors)), acceptor_(acceptor) {}

  Result<std::unique_ptr<WebSocketHandler>> accept(const Request& request) override {
    const auto origin = request.header("Origin");
    const bool own = iequals(host_of(origin), request.header("Host")) && !origin.empty();
    if (origin.empty() || own || cors_->allows(origin)) return acceptor_.accept(request);
    return Error{.code = Errc::forbidden,
                 .message = "pages of this origin may not open a websocket here"};
  }

 private:
  std::shared_ptr<const Cors> cors_;
  WebSocketAcceptor& acceptor_;
};

}  // namespace

Result<std::string> normal_cors_origin(std::string_view text) {
  if (text == "*") return std::string(text);
  auto origin = to_lower(std::string(text));
  const auto host = host_of(origin);
  const bool web = origin.starts_with("http://") || origin.starts_with("https://");
  if (!web || host.empty() || !std::all_of(host.begin(), host.end(), is_host_character)) {
    return no_origin(text);
  }
  // A browser leaves the scheme's own port out.
  const std::string_view own_port = origin.starts_with("https://") ? ":443" : ":80";
  if (origin.ends_with(own_port)) return origin.substr(0, origin.rfind(':'));
  return origin;
}

Cors::Cors(std::vector<std::string> origins)
    : origins_(std::move(origins)),
      every_(std::find(origins_.begin(), origins_.end(), "*") != origins_.end()) {}

bool Cors::allows(std::string_view origin) const {
  return every_ || std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

bool Cors::is_open_to_pages(const Route* route, std::string_view path) {
  if (is_below_admin(path)) return false;
  if (route == nullptr) return true;
  const bool for_others = route->access == Access::admin || route->access == Access::bot;
  return !for_others && !is_below_admin(route->pattern) && route->pattern != "/metrics";
}

void Cors::amend(std::string_view origin, Reply& reply) const {
  // Also without an allowed page: a cache must not show that answer to one.
  if (!every_) reply.headers.emplace_back("Vary", "Origin");
  if (origin.empty() || !allows(origin)) return;
  reply.headers.emplace_back("Access-Control-Allow-Origin", every_ ? "*" : std::string(origin));
  reply.headers.emplace_back("Access-Control-Expose-Headers", std::string(shown_headers));
}

std::optional<Reply> Cors::preflight(const Request& request, const Router& router) const {
  if (request.method != "OPTIONS") return std::nullopt;
  const bool asks = !request.header("Access-Control-Request-Method").empty();
  if (!asks || !allows(request.header("Origin"))) return std::nullopt;
  std::vector<std::string> methods;
  for (const auto& method : router.match(request.method, request.path).allowed) {
    const auto match = router.match(method, request.path);
    if (is_open_to_pages(match.route, request.path)) methods.push_back(method);
  }
  if (methods.empty()) return std::nullopt;
  Reply reply{.status = 204};
  reply.headers.emplace_back("Access-Control-Allow-Methods", join(methods, ", "));
  reply.headers.emplace_back("Access-Control-Allow-Headers", std::string(request_headers));
  reply.headers.emplace_back("Access-Control-Max-Age", std::string(longest_memory));
  return reply;
}

std::unique_ptr<WebSocketAcceptor> guard_origins(std::shared_ptr<const Cors> cors,
                                                 WebSocketAcceptor& acceptor) {
  return std::make_unique<OriginGuard>(std::move(cors), acceptor);
}

}  // namespace bot::http
