#include "base/result.hpp"

namespace bot {

std::string_view name_of(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
      return "invalid_argument";
    case Errc::malformed_request:
      return "malformed_request";
    case Errc::unauthenticated:
      return "auth_required";
    case Errc::forbidden:
      return "forbidden";
    case Errc::not_found:
      return "not_found";
    case Errc::method_not_allowed:
      return "method_not_allowed";
    case Errc::conflict:
      return "conflict";
    case Errc::payload_too_large:
      return "payload_too_large";
    case Errc::unsupported_media:
      return "unsupported_media";
    case Errc::limit_reached:
      return "limit_reached";
    case Errc::rate_limited:
      return "rate_limited";
    case Errc::unavailable:
      return "unavailable";
    case Errc::unreachable:
      return "unreachable";
    case Errc::timeout:
      return "timeout";
    case Errc::protocol:
      return "protocol";
    case Errc::server_error:
      return "server_error";
    case Errc::cancelled:
      return "cancelled";
    case Errc::pending:
      return "pending";
    case Errc::inconclusive:
      return "inconclusive";
    case Errc::partial:
      return "partial";
    case Errc::failed:
      return "failed";
    case Errc::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace bot
