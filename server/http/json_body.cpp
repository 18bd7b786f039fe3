#include <nlohmann/json.hpp>

#include "base/nesting.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "server/http/validation.hpp"

namespace bot::http {
namespace {

using nlohmann::json;

constexpr std::size_t deepest_nesting = 64;

bool is_json_media_type(std::string_view content_type) {
  const auto type = to_lower(trim(content_type.substr(0, content_type.find(';'))));
  return type == "application/json" ||
         (type.starts_with("application/") && type.ends_with("+json"));
}

Error whole_body(std::string msg, std::string type) {
  return invalid({{.loc = {std::string("body")}, .msg = std::move(msg), .type = std::move(type)}});
}

// Where a text stops being JSON, counted as the library does: the byte after which it gave up.
// The text itself is not sent back, unlike pydantic's ctx.doc: it may be long and hold secrets.
Error broken_json(std::string_view text, std::size_t position) {
  const auto before = text.substr(0, position);
  const auto line_start = before.rfind('\n');
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto column =
      static_cast<std::int64_t>(line_start == before.npos ? position : position - line_start - 1) +
      1;
  const std::string msg = "Expecting value";
  const json ctx = {{"msg", msg}, {"pos", position}, {"lineno", line}, {"colno", column}};
  return invalid({{.loc = {std::string("body"), static_cast<std::int64_t>(position)},
                   .msg = msg + ": line " + std::to_string(line) + " column " +
                          std::to_string(column) + " (char " + std::to_string(position) + ")",
                   .type = "value_error.jsondecode",
                   .ctx_json = ctx.dump()}});
}

Result<json> parse_text(const std::string& text) {
  if (!is_valid_utf8(text)) return whole_body("the body is not valid UTF-8", "value_error.unicode");
  if (nests_deeper(text, deepest_nesting)) {
    return whole_body("the body is nested more than " + std::to_string(deepest_nesting) + " deep",
                      "value_error.nesting");
  }
  try {
    return json::parse(text);
  } catch (const json::parse_error& error) {
    return broken_json(text, error.byte == 0 ? 0 : error.byte - 1);
  } catch (const json::out_of_range&) {
    return whole_body("a number in the body is too large", "value_error.number");
  }
}

}  // namespace

Result<json> parse_body(const Request& request, BodyNeed need) {
  const bool empty = trim(request.body).empty();
  if (empty && need == BodyNeed::optional) return json::object();
  if (empty) return whole_body("field required", "value_error.missing");
  const auto content_type = request.header("Content-Type");
  if (!content_type.empty() && !is_json_media_type(content_type)) {
    return Error{.code = Errc::unsupported_media,
                 .message = "the body must be application/json, not " +
                            to_valid_utf8(content_type.substr(0, content_type.find(';')))};
  }
  auto parsed = parse_text(request.body);
  if (!parsed) return parsed;
  if (parsed->is_null()) return whole_body("field required", "value_error.missing");
  if (!parsed->is_object()) return whole_body("value is not a valid dict", "type_error.dict");
  return parsed;
}

}  // namespace bot::http
