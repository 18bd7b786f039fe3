#include "server/http/error_reply.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace bot::http {

int status_of(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
      return 422;
    case Errc::malformed_request:
      return 400;
    case Errc::unauthenticated:
      return 401;
    case Errc::forbidden:
      return 403;
    case Errc::not_found:
      return 404;
    case Errc::method_not_allowed:
      return 405;
    case Errc::conflict:
    case Errc::pending:
      return 409;
    case Errc::payload_too_large:
      return 413;
    case Errc::unsupported_media:
      return 415;
    case Errc::limit_reached:
    case Errc::rate_limited:
      return 429;
    case Errc::unavailable:
    case Errc::unreachable:
    case Errc::cancelled:
      return 503;
    case Errc::timeout:
      return 504;
    case Errc::protocol:
    case Errc::server_error:
      return 502;
    case Errc::inconclusive:
    case Errc::partial:
    case Errc::failed:
    case Errc::internal:
      return 500;
  }
  return 500;
}

Reply error_reply(const Error& error) {
  const int status = status_of(error.code);
  auto reply = detail_reply(status, status == 500 ? reason_phrase(status) : error.message);
  if (status != 500 && !error.detail_json.empty()) {
    reply.body = R"({"detail":)" + error.detail_json + "}";
  }
  if (error.retry_after_seconds || status == 429 || status == 503) {
    const int seconds = std::max(1, error.retry_after_seconds.value_or(1));
    reply.headers.emplace_back("Retry-After", std::to_string(seconds));
  }
  if (status == 401) reply.headers.emplace_back("WWW-Authenticate", "ApiKey");
  return reply;
}

Reply method_not_allowed(const std::vector<std::string>& allowed) {
  auto reply = detail_reply(405, reason_phrase(405));
  reply.headers.emplace_back("Allow", join(allowed, ", "));
  return reply;
}

}  // namespace bot::http
