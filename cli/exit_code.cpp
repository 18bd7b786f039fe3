#include "cli/exit_code.hpp"

namespace bot::cli {

ExitCode exit_code_of(const Error& error) {
  switch (error.code) {
    case Errc::invalid_argument:
      return error.http_status ? ExitCode::failed : ExitCode::usage;
    case Errc::malformed_request:
    case Errc::method_not_allowed:
    case Errc::payload_too_large:
    case Errc::unsupported_media:
    case Errc::unavailable:
    case Errc::server_error:
    case Errc::failed:
      return ExitCode::failed;
    case Errc::unauthenticated:
    case Errc::forbidden:
      return ExitCode::auth;
    case Errc::not_found:
      return ExitCode::not_found;
    case Errc::conflict:
    case Errc::limit_reached:
    case Errc::rate_limited:
      return ExitCode::conflict;
    case Errc::unreachable:
    case Errc::protocol:
      return ExitCode::unreachable;
    case Errc::timeout:
      return ExitCode::timeout;
    case Errc::pending:
      return ExitCode::pending;
    case Errc::inconclusive:
      return ExitCode::inconclusive;
    case Errc::partial:
      return ExitCode::partial;
    case Errc::cancelled:
      return ExitCode::interrupted;
    case Errc::internal:
      return ExitCode::internal;
  }
  return ExitCode::internal;
}

const std::vector<ExitCodeRow>& exit_code_table() {
  static const std::vector<ExitCodeRow> rows = {
      {ExitCode::ok, "ok", "Success; an empty list; every selected check passed"},
      {ExitCode::failed, "failed", "The server refused or failed otherwise; a check failed"},
      {ExitCode::usage,
       "usage",
       "A wrong flag, value, variable or configuration; an answer was needed but not allowed"},
      {ExitCode::unreachable,
       "unreachable",
       "No connection (name, network, TLS), not this API, or not ready"},
      {ExitCode::auth, "auth", "No key, a wrong key, or one that may not do this"},
      {ExitCode::not_found, "not found", "A named object does not exist; no check was selected"},
      {ExitCode::conflict, "conflict", "A conflict, a limit reached, or too many requests"},
      {ExitCode::timeout, "timeout", "A deadline passed"},
      {ExitCode::pending, "pending", "Asked without waiting, and still in progress"},
      {ExitCode::inconclusive, "inconclusive", "Too little evidence for a verdict"},
      {ExitCode::partial, "partial", "Some of many failed, or something was left behind"},
      {ExitCode::internal, "internal", "A bug of botctl; the message names the report"},
      {ExitCode::interrupted, "interrupted", "Interrupted (SIGINT), after cleaning up"},
      {ExitCode::terminated, "terminated", "Ended by SIGTERM, after cleaning up"},
  };
  return rows;
}

}  // namespace bot::cli
