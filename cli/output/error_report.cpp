#include "cli/output/error_report.hpp"

#include <ostream>

#include "base/unicode.hpp"
#include "cli/output/json_text.hpp"
#include "client/types/json.hpp"

namespace bot::cli {
namespace {

// Server text may be a page of HTML; more than this helps nobody.
constexpr std::size_t longest_message = 600;

std::string safe(const std::string& text) {
  return truncate_to_width(escape_for_terminal(text), longest_message);
}

std::string code_name(const Error& error, ExitCode code) {
  if (code == ExitCode::usage) return "usage";
  return std::string(name_of(error.code));
}

bool is_retryable(const Error& error) {
  return error.code == Errc::unreachable || error.code == Errc::timeout ||
         error.code == Errc::unavailable || error.code == Errc::rate_limited ||
         error.code == Errc::limit_reached;
}

types::Json http_part(const Error& error) {
  types::Json http = {{"method", error.method}, {"url", error.url}};
  http["status"] = types::nullable(error.http_status);
  if (!error.request_id.empty()) http["request_id"] = error.request_id;
  return http;
}

types::Json as_json(const Error& error, ExitCode code) {
  types::Json body = {{"code", code_name(error, code)},
                      {"message", error.message},
                      {"exit_code", static_cast<int>(code)}};
  if (!error.hint.empty()) body["hint"] = error.hint;
  body["retryable"] = is_retryable(error);
  if (error.retry_after_seconds) body["retry_after_seconds"] = *error.retry_after_seconds;
  if (!error.method.empty()) body["http"] = http_part(error);
  if (!error.detail_json.empty()) {
    auto detail = types::parse(error.detail_json);
    body["details"] = detail ? *detail : types::Json(error.detail_json);
  }
  return types::Json{{"error", std::move(body)}};
}

std::string request_line(const Error& error) {
  std::string line = "  " + error.method + ' ' + error.url;
  if (error.http_status) line += " → " + std::to_string(*error.http_status);
  if (!error.request_id.empty()) line += "  request " + error.request_id;
  return line;
}

}  // namespace

void write_error(
    std::ostream& err, const Error& error, ExitCode code, ErrorForm form, Colors colors) {
  if (form == ErrorForm::json) {
    err << json_text(as_json(error, code), JsonLook::compact) << '\n';
  } else {
    err << styled("error:", Style::red, colors) << ' ' << safe(error.message) << '\n';
    if (!error.method.empty()) err << safe(request_line(error)) << '\n';
    if (!error.hint.empty()) {
      err << "  " << styled("hint:", Style::cyan, colors) << ' ' << safe(error.hint) << '\n';
    }
  }
  err.flush();
}

void write_warning(std::ostream& err, const std::string& text, ErrorForm form, Colors colors) {
  if (form == ErrorForm::json) {
    const types::Json warning = {{"warning", {{"message", text}}}};
    err << json_text(warning, JsonLook::compact) << '\n';
  } else {
    err << styled("warning:", Style::yellow, colors) << ' ' << safe(text) << '\n';
  }
  err.flush();
}

}  // namespace bot::cli
