#include "client/http/retry.hpp"

#include <string_view>

#include "base/text.hpp"

namespace bot::client {
namespace {

bool is_read(const HttpRequest& request) {
  return request.method == "GET" || request.method == "HEAD";
}

bool is_passing(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

bool may_repeat_after(const HttpRequest& request, const Error& error) {
  switch (error.code) {
    case Errc::unreachable:
      return is_read(request) || !error.outcome_unknown;
    case Errc::protocol:
      return is_read(request) && error.outcome_unknown;
    default:
      return false;
  }
}

}  // namespace

bool may_repeat(const HttpRequest& request, const Result<HttpResponse>& answer) {
  if (!answer) return may_repeat_after(request, answer.error());
  return is_read(request) && is_passing(answer->status);
}

std::optional<int> retry_after(const HttpResponse& answer) {
  const auto seconds = parse_int(trim(answer.header("Retry-After")));
  if (!seconds || *seconds < 0) return std::nullopt;
  constexpr std::int64_t longest = std::int64_t{24} * 60 * 60;
  return static_cast<int>(*seconds < longest ? *seconds : longest);
}

bool is_create(const HttpRequest& request) {
  if (request.method != "POST") return false;
  const auto path = std::string_view(request.target).substr(0, request.target.find('?'));
  return path == "/bots" || path == "/admin/users" || path == "/api/accounts" ||
         path == "/api/accounts/generate" || path == "/api/jobs/import" ||
         matches_glob("/admin/users/*/tokens", path);
}

}  // namespace bot::client
