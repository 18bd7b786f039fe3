#include "server/http/dispatcher.hpp"

#include <atomic>
#include <future>
#include <optional>
#include <utility>

#include "base/fault.hpp"
#include "base/text.hpp"
#include "base/trace.hpp"
#include "base/unicode.hpp"
#include "server/http/error_reply.hpp"
#include "server/http/redaction.hpp"

namespace bot::http {
namespace {

using Clock = std::chrono::steady_clock;

bool is_readable(std::string_view encoded) {
  const auto decoded = percent_decode(encoded);
  return decoded && is_valid_utf8(*decoded);
}

Status check_target(const Request& request) {
  const auto broken = [](std::string_view part) {
    return Error{.code = Errc::malformed_request,
                 .message = "the " + std::string(part) + " is not percent-encoded UTF-8"};
  };
  if (!is_readable(request.path)) return broken("path");
  if (!is_readable(request.query)) return broken("query");
  return Unit{};
}

AccessRecord record_of(const Request& request) {
  AccessRecord record;
  record.method = request.method;
  record.target = redact_target(request.target);
  record.request_id = request.request_id.empty() ? choose_request_id("") : request.request_id;
  record.peer_address = request.peer_address;
  return record;
}

Result<Principal> authenticate(const DispatcherHooks& hooks,
                               const Request& request,
                               Access access) {
  switch (access) {
    case Access::open:
    case Access::bot:
      return Principal{};
    case Access::user:
    case Access::admin:
    case Access::either:
      break;
  }
  if (!hooks.authenticate) {
    return Error{.code = Errc::unauthenticated, .message = "Nobody can authenticate here"};
  }
  return hooks.authenticate(request, access);
}

}  // namespace

struct Dispatcher::State {
  Router router;
  DispatcherHooks hooks;

  std::optional<Reply> preflight_of(const Request& request) const {
    return hooks.cors ? hooks.cors->preflight(request, router) : std::nullopt;
  }
};

// One request between its arrival and its answer; the first answer counts.
class Dispatcher::Exchange {
 public:
  Exchange(std::shared_ptr<const State> state,
           const Request& request,
           std::function<void(Reply)> done,
           Instant arrived)
      : record(record_of(request)),
        trace{.request_id = record.request_id, .arrived = arrived},
        state_(std::move(state)),
        done_(std::move(done)),
        path_(request.path),
        begun_(arrived) {
    if (!state_->hooks.cors) return;
    origin_ = request.header("Origin");
    open_to_pages_ = Cors::is_open_to_pages(nullptr, request.path);
  }

  void take(const Route& route) {
    record.pattern = route.pattern;
    open_to_pages_ = open_to_pages_ && Cors::is_open_to_pages(&route, record.pattern);
  }

  void answer(Result<Reply> outcome) {
    if (!outcome && !answered_) record.error = outcome.error().code;
    answer_with(outcome ? *std::move(outcome) : error_reply(outcome.error()));
  }

  // Answers with what the exception that is being handled means; what comes after an answer is told
  // of and changes nothing.
  void answer_exception() {
    try {
      throw;
    } catch (const Unavailable& away) {
      tell(state_->hooks.on_unavailable, away.what());
      answer(Error{.code = Errc::unavailable, .message = away.told()});
    } catch (const std::exception& fault) {
      answer_fault(fault.what());
    } catch (...) {
      answer_fault("something that is no std::exception was thrown");
    }
  }

  void answer_bug(std::string_view what) {
    if (!answered_) answer_fault(what);
  }

  AccessRecord record;
  Trace trace;  // of the handler's thread

 private:
  void answer_fault(std::string_view what) {
    tell(state_->hooks.on_fault, what);
    answer(Error{.code = Errc::internal, .message = std::string(what)});
  }

  // Without what an answer adds to the record, perhaps just now and on another thread.
  void tell(const std::function<void(const AccessRecord&, std::string_view)>& hook,
            std::string_view what) const {
    if (!hook) return;
    hook({.method = record.method,
          .pattern = record.pattern,
          .target = record.target,
          .request_id = record.request_id,
          .meeting_id = trace.meeting_id,
          .peer_address = record.peer_address,
          .principal = record.principal},
         what);
  }

  void answer_with(Reply reply) {
    if (answered_.exchange(true)) return;
    const auto& shape = state_->hooks.shape_error;
    if (shape && reply.status >= 400) reply = shape(path_, std::move(reply));
    record.status = reply.status;
    record.meeting_id = trace.meeting_id;
    record.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun_);
    reply.headers.emplace_back("X-Request-Id", record.request_id);
    if (open_to_pages_) state_->hooks.cors->amend(origin_, reply);
    if (state_->hooks.on_access) state_->hooks.on_access(record);
    const auto done = std::exchange(done_, nullptr);
    done(std::move(reply));
  }

  std::shared_ptr<const State> state_;
  std::function<void(Reply)> done_;
  const std::string path_;
  std::string origin_;          // of the page that asks; "" without one
  bool open_to_pages_ = false;  // only with CORS
  Clock::time_point begun_ = Clock::now();
  std::atomic<bool> answered_{false};
};

namespace {

// Lives in every copy of a Responder; what is left when the last one goes answers for it.
template <typename Exchange>
class AnswerDebt {
 public:
  explicit AnswerDebt(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  AnswerDebt(const AnswerDebt&) = delete;
  AnswerDebt& operator=(const AnswerDebt&) = delete;
  ~AnswerDebt() { exchange_->answer_bug("a handler let go of a request without an answer"); }

  void pay(Result<Reply> outcome) { exchange_->answer(std::move(outcome)); }

 private:
  std::shared_ptr<Exchange> exchange_;
};

template <typename Exchange>
void run_async(const AsyncHandler& handler,
               const Request& request,
               const std::shared_ptr<Exchange>& exchange) {
  const auto debt = std::make_shared<AnswerDebt<Exchange>>(exchange);
  try {
    handler(request, exchange->record.principal, [debt](Result<Reply> outcome) {
      debt->pay(std::move(outcome));
    });
  } catch (...) {
    exchange->answer_exception();
  }
}

}  // namespace

Dispatcher::Dispatcher(Router router, DispatcherHooks hooks)
    : state_(std::make_shared<const State>(State{std::move(router), std::move(hooks)})) {}

void Dispatcher::handle(Request request, std::function<void(Reply)> done, Instant arrived) const {
  const auto exchange = std::make_shared<Exchange>(state_, request, std::move(done), arrived);
  request.request_id = exchange->record.request_id;
  const TraceScope scope(exchange->trace);
  try {
    if (auto target = check_target(request); !target) return exchange->answer(target.error());
    if (auto preflight = state_->preflight_of(request)) {
      return exchange->answer(*std::move(preflight));
    }
    auto match = state_->router.match(request.method, request.path);
    if (match.route == nullptr) {
      return exchange->answer(match.allowed.empty() ? detail_reply(404, reason_phrase(404))
                                                    : method_not_allowed(match.allowed));
    }
    request.params = std::move(match.params);
    exchange->take(*match.route);
    auto principal = authenticate(state_->hooks, request, match.route->access);
    if (!principal) return exchange->answer(principal.error());
    exchange->record.principal = *principal;
    if (const auto* handler = std::get_if<Handler>(&match.route->handler)) {
      return exchange->answer((*handler)(request, *principal));
    }
    run_async(std::get<AsyncHandler>(match.route->handler), request, exchange);
  } catch (...) {
    exchange->answer_exception();
  }
}

Reply Dispatcher::handle_sync(Request request) const {
  auto promise = std::make_shared<std::promise<Reply>>();
  auto answer = promise->get_future();
  handle(std::move(request), [promise](Reply reply) { promise->set_value(std::move(reply)); });
  return answer.get();
}

Reply Dispatcher::refuse(const Request& request, Reply reply) const {
  return guard(request, [&reply]() -> Result<Reply> { return std::move(reply); });
}

Reply Dispatcher::guard(const Request& request, const std::function<Result<Reply>()>& step) const {
  Reply complete;
  Exchange exchange(
      state_, request, [&complete](Reply made) { complete = std::move(made); }, Clock::now());
  const TraceScope scope(exchange.trace);
  try {
    auto outcome = step();
    if (outcome && outcome->status == 101) exchange.record.pattern = request.path;
    exchange.answer(std::move(outcome));
  } catch (...) {
    exchange.answer_exception();
  }
  return complete;
}

const Router& Dispatcher::router() const {
  return state_->router;
}

}  // namespace bot::http
