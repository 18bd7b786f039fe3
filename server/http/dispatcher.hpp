#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "server/http/cors.hpp"
#include "server/http/router.hpp"

namespace bot::http {

// What the access log and the metrics get to know of one request. Holds no secret.
struct AccessRecord {
  std::string method;
  std::string pattern;  // of the route; "" when none matched
  std::string target;   // redacted
  int status = 0;
  std::optional<Errc> error = {};         // why it was refused, where a handler said so
  std::chrono::microseconds duration{0};  // from the whole request to the answer
  std::string request_id;
  std::int64_t meeting_id = 0;  // which it was about; 0: none, or it did not come to that
  std::string peer_address;
  Principal principal;
};

// How the dispatcher reaches the rest of the server. Called from worker threads and from whatever
// thread calls a Responder, several at a time; none may throw. Each may be empty.
struct DispatcherHooks {
  // Called for Access::user, admin and either. Empty: every such request is a 401.
  std::function<Result<Principal>(const Request&, Access)> authenticate = {};
  std::function<void(const AccessRecord&)> on_access = {};
  // A handler threw bot::Unavailable: the client gets a 503 and reads less than `what`, unless it
  // has been answered before.
  std::function<void(const AccessRecord&, std::string_view what)> on_unavailable = {};
  // A handler threw something else: the client gets a 500, likewise.
  std::function<void(const AccessRecord&, std::string_view what)> on_fault = {};
  // What becomes of an answer of 400 and above to a request for this path, where a part of the API
  // has errors in a form of its own. Empty: they stay as they are.
  std::function<Reply(std::string_view path, Reply)> shape_error = {};
  // Null: no answer has a header of CORS, and OPTIONS is a method like any other.
  std::shared_ptr<const Cors> cors = {};
};

// From a whole request to its answer: readable target, preflight, route, key, handler; in this
// order, so that the first thing wrong decides. The only place in the server that catches what
// handlers throw. Thread-safe. A Responder that is still held when the dispatcher goes keeps
// working, so whoever holds one must let go of it before what the hooks refer to goes.
class Dispatcher {
 public:
  Dispatcher(Router router, DispatcherHooks hooks);

  using Instant = std::chrono::steady_clock::time_point;

  // `done` is called exactly once, on this thread or later on another. It must not throw. The
  // request had `arrived` before it waited for this thread.
  void handle(Request request,
              std::function<void(Reply)> done,
              Instant arrived = std::chrono::steady_clock::now()) const;

  // Waits for the answer: for tests and for holding the OpenAPI document against real answers.
  Reply handle_sync(Request request) const;

  // An answer given without a handler (too large, overload), made complete and recorded.
  Reply refuse(const Request& request, Reply reply) const;

  // Likewise for an answer that `step` finds, errors and exceptions included. A 101 is recorded
  // with the path as its pattern.
  Reply guard(const Request& request, const std::function<Result<Reply>()>& step) const;

  const Router& router() const;

 private:
  struct State;
  class Exchange;

  std::shared_ptr<const State> state_;
};

}  // namespace bot::http
