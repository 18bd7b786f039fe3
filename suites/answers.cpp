#include "suites/answers.hpp"

#include <algorithm>

#include "base/unicode.hpp"

namespace bot::suites {

using types::Json;

namespace {

constexpr std::size_t shown_columns = 240;
constexpr const char* limit_sentence = "Maximum concurrent bots limit reached";
constexpr const char* limit_sentence_of_vexa = "User has reached the maximum concurrent bot limit";

bool is_among(int status, const std::vector<int>& statuses) {
  return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

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

bool is_limit_refusal(const client::HttpResponse& answer, const client::Dialect& dialect) {
  if (!is_among(answer.status, dialect.limit_refusals)) return false;
  const auto detail = detail_of(answer);
  return detail.find(limit_sentence) != std::string::npos ||
         detail.find(limit_sentence_of_vexa) != std::string::npos;
}

std::string limit_refusal_text(const client::Dialect& dialect) {
  return client::text_of(dialect.limit_refusals) + " with \"" + limit_sentence + "\" or \"" +
         limit_sentence_of_vexa + "\"";
}

bool is_key_refusal(int status, const client::Dialect& dialect) {
  return is_among(status, dialect.key_refusals);
}

}  // namespace bot::suites
