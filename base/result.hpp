// Errors as values: what a caller can act on. Faults that nobody below the top can mend are
// exceptions derived from std::runtime_error, caught in three places only (the command line's
// main, the server's request dispatcher, the worker loop).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace bot {

// Why something was refused or could not be done. Each consumer maps it in one switch without a
// default, so that a new code stops the build there: cli/exit_code.cpp (to exit codes) and
// server/http/error_reply.cpp (to HTTP statuses).
enum class Errc {
  invalid_argument,    // the input is wrong: 422; exit 2 when it is the command line's own
  malformed_request,   // not even readable as a request: 400
  unauthenticated,     // no key or a wrong one: 401
  forbidden,           // a right key that may not do this: 403
  not_found,           // 404
  method_not_allowed,  // 405
  conflict,            // 409
  payload_too_large,   // 413
  unsupported_media,   // 415
  limit_reached,       // the user's concurrent bots are used up: 429
  rate_limited,        // too many requests: 429
  unavailable,         // a part that is needed is away: 503
  unreachable,         // no connection: DNS, connect, TLS; or no answer of this API
  timeout,             // a deadline passed before an answer
  protocol,            // the peer's answer cannot be understood
  server_error,        // the peer failed: 5xx
  cancelled,           // interrupted by the user
  pending,             // asked without waiting, still in progress
  inconclusive,        // too little evidence for a verdict
  partial,             // some of many failed, or something was left behind
  failed,              // a check failed; any other refusal of the server
  internal,            // a bug of ours
};

// The stable name that scripts see in error objects ("not_found").
std::string_view name_of(Errc code);

// What went wrong. `message` is one sentence without a final period or newline that says what and
// which; it never holds a secret.
struct Error {
  Errc code = Errc::internal;
  std::string message;
  std::string hint = {};  // what to do next, one sentence; may be empty
  std::optional<int> http_status = std::nullopt;
  std::string detail_json = {};  // the body's `detail` in full when it is not a string
  std::string method = {};       // of the exchange that failed, when there was one
  std::string url = {};          // likewise, without any secret
  std::string request_id = {};   // likewise
  std::optional<int> retry_after_seconds = std::nullopt;
  bool outcome_unknown = false;  // it was sent and may have been done although no answer came

  bool operator==(const Error&) const = default;
};

struct Unit {
  bool operator==(const Unit&) const = default;
};

// T or Error. Has the member names of std::expected, which the toolchain does not have yet.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return held_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // REQUIRES: has_value(); otherwise throws std::bad_variant_access.
  T& value() & { return std::get<0>(held_); }
  const T& value() const& { return std::get<0>(held_); }
  T&& value() && { return std::get<0>(std::move(held_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // REQUIRES: !has_value().
  Error& error() & { return std::get<1>(held_); }
  const Error& error() const& { return std::get<1>(held_); }
  Error&& error() && { return std::get<1>(std::move(held_)); }

 private:
  std::variant<T, Error> held_;
};

using Status = Result<Unit>;

}  // namespace bot
