#include "client/http/curl_failure.hpp"

#include <system_error>

#include "base/unicode.hpp"
#include "client/http/tls.hpp"

namespace bot::client {
namespace {

constexpr const char* is_it_running = "check that the server runs there and that the URL is right";

Error unreachable(std::string message, const char* hint) {
  return Error{.code = Errc::unreachable, .message = std::move(message), .hint = hint};
}

std::string reason(const CurlFailure& failure) {
  if (failure.os_error != 0) {
    return std::generic_category().message(static_cast<int>(failure.os_error));
  }
  return escape_for_terminal(failure.detail);
}

Error no_connection(const CurlFailure& failure, const std::string& where) {
  return unreachable("no connection to " + where + ": " + reason(failure), is_it_running);
}

Error too_late(const CurlFailure& failure, const std::string& where) {
  const auto limit = format_duration(failure.deadline);
  return Error{.code = Errc::timeout,
               .message = failure.request_began ? where + " gave no answer within " + limit
                                                : "no connection to " + where + " within " + limit,
               .hint = failure.request_began ? "the server is slow or hangs; allow it more time"
                                             : is_it_running};
}

Error broke_off(const CurlFailure& failure, const std::string& where) {
  if (!failure.answer_began) {
    return unreachable(where + " closed the connection without an answer", is_it_running);
  }
  return Error{.code = Errc::protocol,
               .message = where + " closed the connection in the middle of its answer",
               .hint = "look into the server's log, or at what stands between"};
}

Error by_code(const CurlFailure& failure, const Origin& origin, const std::string& where) {
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return unreachable("the host name " + origin.host + " of " + where + " cannot be resolved",
                         "check the server URL and this machine's name service");
    case CURLE_COULDNT_RESOLVE_PROXY:
      return unreachable("the proxy for " + where + " cannot be resolved",
                         "check the variables http_proxy, https_proxy and no_proxy");
    case CURLE_COULDNT_CONNECT:
      return no_connection(failure, where);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      return tls_failed(where, failure.detail);
    case CURLE_OPERATION_TIMEDOUT:
      return too_late(failure, where);
    case CURLE_ABORTED_BY_CALLBACK:
      return Error{.code = Errc::cancelled, .message = "the request was interrupted"};
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return unreachable(where + " does not speak HTTP", is_it_running);
    default:
      return broke_off(failure, where);
  }
}

}  // namespace

Error describe(const CurlFailure& failure, const Origin& origin) {
  const auto where = failure.where.empty() ? origin.host_and_port() : failure.where;
  auto error = failure.body_too_long ? Error{.code = Errc::protocol,
                                             .message = "the answer of " + where + " is too large",
                                             .hint = "ask for less at a time"}
                                     : by_code(failure, origin, where);
  error.outcome_unknown = failure.request_began;
  return error;
}

}  // namespace bot::client
