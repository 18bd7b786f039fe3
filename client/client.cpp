#include "client/client.hpp"

#include <algorithm>
#include <thread>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "client/http/redact.hpp"
#include "client/http/refusal.hpp"
#include "client/http/retry.hpp"

namespace bot::client {
namespace {

using Instant = std::chrono::steady_clock::time_point;

constexpr Millis longest_call = std::chrono::hours{24};

// Redaction looks a little further than what is shown, so that no secret is cut in two.
constexpr std::size_t redaction_margin = 1024;

bool has_header(const HttpRequest& request, std::string_view name) {
  return std::any_of(request.headers.begin(), request.headers.end(), [name](const auto& header) {
    return iequals(header.first, name);
  });
}

void add_header(HttpRequest& request, std::string_view name, const std::string& value) {
  if (!has_header(request, name)) request.headers.emplace_back(name, value);
}

Error missing(const std::string& what, const std::string& hint) {
  return Error{.code = Errc::unauthenticated,
               .message = "this needs " + what + " and none is set",
               .hint = hint};
}

Error missing_user_key() {
  return missing("a user's API key",
                 "set BOTCTL_API_KEY, or BOTCTL_API_KEY_FILE to a file that holds it");
}

Error missing_admin_key() {
  return missing("the admin key",
                 "set BOTCTL_ADMIN_KEY, or BOTCTL_ADMIN_KEY_FILE to a file that holds it");
}

Error missing_either_key() {
  return missing("a user's API key or the admin key",
                 "set BOTCTL_API_KEY or BOTCTL_ADMIN_KEY, or BOTCTL_API_KEY_FILE or "
                 "BOTCTL_ADMIN_KEY_FILE to a file that holds it");
}

Error cancelled_error() {
  return Error{.code = Errc::cancelled, .message = "the request was interrupted"};
}

std::string bounded(Redactor& redactor, std::string_view body) {
  auto shown = redactor.body(body.substr(0, observed_body_bytes + redaction_margin));
  if (shown.size() <= observed_body_bytes && body.size() <= observed_body_bytes) return shown;
  shown.resize(std::min(shown.size(), observed_body_bytes));
  return shown + "… (" + std::to_string(body.size()) + " bytes in all)";
}

Millis left_until(Instant deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  return std::max(Millis{0}, std::chrono::ceil<Millis>(left));
}

}  // namespace

struct Client::Call {
  const HttpRequest& request;
  const ExchangeOptions& options;
  Instant deadline;
};

Client::Client(std::shared_ptr<Transport> transport, ClientOptions options)
    : transport_(std::move(transport)),
      redactor_(std::make_shared<Redactor>()),
      options_(std::move(options)) {
  redactor_->add_secret(options_.api_key);
  redactor_->add_secret(options_.admin_key);
}

Client Client::with_api_key(std::string api_key) const {
  Client other = *this;
  redactor_->add_secret(api_key);
  other.options_.api_key = std::move(api_key);
  return other;
}

void Client::ensure_request_id(ExchangeOptions& options) {
  if (options.request_id.empty()) options.request_id = random_uuid();
}

Error Client::in_context(Error error,
                         const HttpRequest& request,
                         const HttpResponse& answer,
                         const std::string& request_id) const {
  if (answer.status != 0) error.http_status = answer.status;
  auto server = std::string_view(options_.server);
  while (server.ends_with('/'))
    server.remove_suffix(1);
  error.method = request.method;
  error.url = std::string(server) + redactor_->target(request.target);
  if (error.request_id.empty()) error.request_id = request_id;
  error.message = redactor_->text(std::move(error.message));
  error.detail_json = redactor_->body(error.detail_json);
  return error;
}

Status Client::add_headers(HttpRequest& request,
                           Access access,
                           const ExchangeOptions& options) const {
  constexpr std::string_view user_header = "X-API-Key";
  constexpr std::string_view admin_header = "X-Admin-API-Key";
  const bool has_user = !options_.api_key.empty() || has_header(request, user_header);
  const bool has_admin = !options_.admin_key.empty() || has_header(request, admin_header);
  if (access == Access::user && !has_user) return missing_user_key();
  if (access == Access::admin && !has_admin) return missing_admin_key();
  if (access == Access::either && !has_user && !has_admin) return missing_either_key();

  const bool as_user = access == Access::user || (access == Access::either && has_user);
  const bool as_admin = access == Access::admin || (access == Access::either && !has_user);
  if (as_user) add_header(request, user_header, options_.api_key);
  if (as_admin) add_header(request, admin_header, options_.admin_key);
  add_header(request, "Accept", "application/json");
  add_header(request, "X-Request-Id", options.request_id);
  if (!options.idempotency_key.empty()) {
    add_header(request, "Idempotency-Key", options.idempotency_key);
  } else if (is_create(request)) {
    add_header(request, "Idempotency-Key", random_uuid());
  }
  return Unit{};
}

Result<HttpResponse> Client::exchange(HttpRequest request,
                                      Access access,
                                      ExchangeOptions options) const {
  ensure_request_id(options);
  if (auto added = add_headers(request, access, options); !added) {
    return in_context(std::move(added).error(), request, {}, options.request_id);
  }
  const auto timeout =
      std::min<Millis>(options.timeout.value_or(options_.request_timeout), longest_call);
  const Call call{request, options, std::chrono::steady_clock::now() + timeout};
  const int attempts = 1 + std::max(0, options.retries.value_or(options_.retries));
  for (int number = 1;; ++number) {
    if (cancelled()) return judge(call, cancelled_error());
    auto answer = attempt(call, number);
    if (number >= attempts || !may_repeat(request, answer)) return judge(call, std::move(answer));
    Millis delay = options_.backoff.jittered(static_cast<std::size_t>(number - 1));
    if (answer) {
      const auto asked = retry_after(*answer);
      if (asked) delay = std::chrono::seconds{*asked};
    }
    if (delay >= left_until(call.deadline)) return judge(call, std::move(answer));
    pause(delay);
  }
}

Result<HttpResponse> Client::attempt(const Call& call, int number) const {
  const auto started = std::chrono::steady_clock::now();
  auto answer = transport_->send(call.request, std::max(Millis{1}, left_until(call.deadline)));
  if (options_.observer) {
    const auto took = std::chrono::steady_clock::now() - started;
    observe(call, number, std::chrono::duration_cast<std::chrono::microseconds>(took), answer);
  }
  return answer;
}

Result<HttpResponse> Client::judge(const Call& call, Result<HttpResponse> answer) const {
  const auto& id = call.options.request_id;
  if (!answer) return in_context(std::move(answer).error(), call.request, {}, id);
  if (call.options.refusals == Refusals::are_answers) return answer;
  auto refusal = refusal_of(*answer);
  if (!refusal) return answer;
  return in_context(std::move(*refusal), call.request, *answer, id);
}

void Client::observe(const Call& call,
                     int number,
                     std::chrono::microseconds duration,
                     const Result<HttpResponse>& answer) const {
  const auto& request = call.request;
  Exchange seen{.method = request.method,
                .target = redactor_->target(request.target),
                .duration = duration,
                .request_body = bounded(*redactor_, request.body),
                .request_id = call.options.request_id,
                .attempt = number};
  if (answer) {
    seen.status = answer->status;
    seen.response_body = bounded(*redactor_, answer->body);
    seen.response_headers = redactor_->headers(answer->headers);
    if (auto refusal = refusal_of(*answer)) {
      seen.error = in_context(std::move(*refusal), request, *answer, call.options.request_id);
    }
  } else {
    seen.error = in_context(answer.error(), request, {}, call.options.request_id);
  }
  seen.request_headers = redactor_->headers(request.headers);
  options_.observer(seen);
}

void Client::pause(Millis delay) const {
  if (options_.pause) return options_.pause(delay);
  constexpr Millis slice{50};
  const auto until = std::chrono::steady_clock::now() + delay;
  while (!cancelled() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::min(slice, left_until(until)));
  }
}

}  // namespace bot::client
