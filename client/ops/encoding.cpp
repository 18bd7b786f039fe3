#include "client/ops/encoding.hpp"

#include <utility>

#include "base/text.hpp"

namespace bot::client {
namespace {

constexpr std::string_view not_ours = "check that the server URL names a meeting-bot service";

bool looks_like_html(const HttpResponse& answer) {
  return trim(answer.body).starts_with('<') ||
         to_lower(answer.header("Content-Type")).find("html") != std::string::npos;
}

Error not_json(const HttpResponse& answer, const std::string& what) {
  return Error{
      .code = Errc::protocol,
      .message = "the server answered " + std::to_string(answer.status) + " with " + what +
                 " instead of JSON",
      .hint = std::string(not_ours),
      .http_status = answer.status,
  };
}

}  // namespace

std::string path_of(std::initializer_list<std::string_view> segments) {
  std::string path;
  for (const auto segment : segments) {
    path += '/';
    path += percent_encode(segment);
  }
  return path;
}

void add_query(std::string& target,
               std::string_view name,
               const std::optional<std::string>& value) {
  if (!value) return;
  target += target.find('?') == std::string::npos ? '?' : '&';
  target += name;
  target += '=';
  target += percent_encode(*value);
}

void add_query(std::string& target,
               std::string_view name,
               const std::optional<std::int64_t>& value) {
  if (value) add_query(target, name, std::optional(std::to_string(*value)));
}

HttpRequest json_request(std::string method, std::string target, const types::Json& body) {
  return HttpRequest{.method = std::move(method),
                     .target = std::move(target),
                     .headers = {{"Content-Type", "application/json"}},
                     .body = types::dump(body)};
}

Status expect_json(const HttpResponse& answer) {
  if (trim(answer.body).empty()) return not_json(answer, "an empty body");
  if (looks_like_html(answer)) return not_json(answer, "an HTML page");
  return Unit{};
}

}  // namespace bot::client
