// The typed client: operations (client/ops) are pure pairs of encode and decode, run by one
// template over one policy of keys, deadlines, retries and errors.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/backoff.hpp"
#include "base/duration.hpp"
#include "base/result.hpp"
#include "client/access.hpp"
#include "client/exchange.hpp"
#include "client/http/transport.hpp"

namespace bot::client {

class Redactor;

struct ClientOptions {
  std::string server = {};         // origin, with an optional path prefix: only named in errors
  std::string api_key = {};        // empty: none
  std::string admin_key = {};      // empty: none
  Millis request_timeout{30'000};  // the whole call, with its retries
  int retries = 2;                 // at most that many after the first attempt
  Backoff backoff{.first = Millis{100}, .longest = Millis{2'000}};
  // Sees each attempt, on the calling thread, before the call returns; may be empty.
  std::function<void(const Exchange&)> observer = {};
  // Asked between attempts and while pausing; true ends the call with Errc::cancelled.
  std::function<bool()> cancelled = {};
  // How a retry waits; empty: sleeps. For tests.
  std::function<void(Millis)> pause = {};
};

// What a status of 400 and above becomes.
enum class Refusals { are_errors, are_answers };

struct ExchangeOptions {
  std::optional<Millis> timeout = std::nullopt;  // instead of ClientOptions::request_timeout
  std::optional<int> retries = std::nullopt;     // instead of ClientOptions::retries
  std::string request_id = {};                   // empty: a new one
  std::string idempotency_key = {};              // empty: a new one on creates, none elsewhere
  Refusals refusals = Refusals::are_errors;
};

// Thread-safe; copies share the transport and what is known to be secret.
//
// Errors: those of the transport (unreachable, timeout, protocol, cancelled), unauthenticated
// before anything is sent when the key is missing, and for statuses of 300 and above what
// client/http/refusal.hpp says. Each carries method, url and request id.
class Client {
 public:
  Client(std::shared_ptr<Transport> transport, ClientOptions options);

  // The same with another user's key; the key joins what observers never see.
  Client with_api_key(std::string api_key) const;

  template <typename Op>
  Result<typename Op::Response> run(const Op& op, ExchangeOptions options = {}) const {
    const auto request = op.encode();
    ensure_request_id(options);
    auto answer = exchange(request, Op::access, options);
    if (!answer) return std::move(answer).error();
    auto decoded = Op::decode(*answer);
    if (!decoded) {
      return in_context(std::move(decoded).error(), request, *answer, options.request_id);
    }
    return decoded;
  }

  // One request under the whole policy, with any body: for what no operation covers, and for
  // tests that must send what no operation would. Headers that the request brings are kept.
  Result<HttpResponse> exchange(HttpRequest request,
                                Access access,
                                ExchangeOptions options = {}) const;

  const ClientOptions& options() const { return options_; }

 private:
  struct Call;

  static void ensure_request_id(ExchangeOptions& options);
  Error in_context(Error error,
                   const HttpRequest& request,
                   const HttpResponse& answer,
                   const std::string& request_id) const;
  Status add_headers(HttpRequest& request, Access access, const ExchangeOptions& options) const;
  Result<HttpResponse> attempt(const Call& call, int number) const;
  Result<HttpResponse> judge(const Call& call, Result<HttpResponse> answer) const;
  void observe(const Call& call,
               int number,
               std::chrono::microseconds duration,
               const Result<HttpResponse>& answer) const;
  void pause(Millis delay) const;
  bool cancelled() const { return options_.cancelled && options_.cancelled(); }

  std::shared_ptr<Transport> transport_;
  std::shared_ptr<Redactor> redactor_;
  ClientOptions options_;
};

}  // namespace bot::client
