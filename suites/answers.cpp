#include "suites/answers.hpp"

#include "base/unicode.hpp"

namespace bot::suites {

using types::Json;

namespace {

constexpr std::size_t shown_columns = 240;

}  // namespace

std::string describe(const client::HttpResponse& answer) {
  const auto body = truncate_to_width(escape_for_terminal(answer.body), shown_columns);
  return "HTTP " + std::to_string(answer.status) + (body.empty() ? "" : " " + body);
}

Json json_of(const client::HttpResponse& answer) {
  auto parsed = types::parse(answer.body);
  return parsed ? std::move(*parsed) : Json(nullptr);
}

std::string text_in(const Json& object, std::string_view name) {
  if (!object.is_object()) return "";
  const auto found = object.find(std::string(name));
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string detail_of(const client::HttpResponse& answer) {
  const auto body = json_of(answer);
  const auto detail = text_in(body, "detail");
  return detail.empty() ? answer.body : detail;
}

bool is_success(const client::HttpResponse& answer) {
  return answer.status >= 200 && answer.status < 300;
}

bool is_limit_refusal(const client::HttpResponse& answer) {
  if (answer.status != 429 && answer.status != 403) return false;
  const auto detail = detail_of(answer);
  return detail.find("Maximum concurrent bots limit reached") != std::string::npos ||
         detail.find("User has reached the maximum concurrent bot limit") != std::string::npos;
}

}  // namespace bot::suites
