#include "client/http/refusal.hpp"

#include <string>
#include <string_view>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "client/http/retry.hpp"
#include "client/types/json.hpp"

namespace bot::client {
namespace {

using types::Json;

constexpr std::size_t longest_message = 2000;
constexpr std::size_t longest_quote = 160;
constexpr std::size_t longest_detail = std::size_t{64} * 1024;

// Outside text on one line, at most so many bytes.
std::string shown(std::string_view text, std::size_t longest) {
  const auto piece = text.substr(0, longest);
  return escape_for_terminal(piece) + (piece.size() < text.size() ? "…" : "");
}

bool speaks_of_the_bot_limit(std::string_view message) {
  // "Maximum concurrent bots limit reached", "User has reached the maximum concurrent bot limit".
  const auto text = to_lower(message);
  const auto at = text.find("maximum concurrent bot");
  return at != std::string::npos && text.find("limit", at) != std::string::npos;
}

Errc code_of(int status) {
  switch (status) {
    case 401:
      return Errc::unauthenticated;
    case 403:
      return Errc::forbidden;
    case 404:
      return Errc::not_found;
    case 405:
      return Errc::method_not_allowed;
    case 409:
      return Errc::conflict;
    case 413:
      return Errc::payload_too_large;
    case 415:
      return Errc::unsupported_media;
    case 429:
      return Errc::rate_limited;
    case 502:
    case 503:
    case 504:
      return Errc::unavailable;
    default:
      return status >= 500 ? Errc::server_error : status >= 400 ? Errc::failed : Errc::protocol;
  }
}

// "body.native_meeting_id" of ["body","native_meeting_id"].
std::string place_of(const Json& loc) {
  std::string place;
  for (const auto& part : loc) {
    if (!place.empty()) place += '.';
    place += part.is_string() ? part.get<std::string>() : types::dump(part);
  }
  return place;
}

std::string text_of_entry(const Json& entry) {
  if (!entry.is_object() || !entry.contains("msg") || !entry["msg"].is_string()) {
    return types::dump(entry);
  }
  auto message = entry["msg"].get<std::string>();
  const auto loc = entry.find("loc");
  if (loc == entry.end() || !loc->is_array() || loc->empty()) return message;
  return place_of(*loc) + ": " + message;
}

std::string text_of_detail(const Json& detail) {
  if (detail.is_string()) return detail.get<std::string>();
  if (detail.is_array() && !detail.empty()) {
    std::string text;
    for (const auto& entry : detail) {
      if (text.size() > longest_message) break;
      text += (text.empty() ? "" : "; ") + text_of_entry(entry);
    }
    return text;
  }
  if (detail.is_object()) {
    for (const auto* name : {"message", "reason", "error"}) {
      const auto found = detail.find(name);
      if (found != detail.end() && found->is_string()) return found->get<std::string>();
    }
  }
  return types::dump(detail);
}

std::string name_of_body(const HttpResponse& answer) {
  const auto body = trim(answer.body);
  if (body.empty()) return "an empty body";
  const bool html = body.starts_with('<') ||
                    to_lower(answer.header("Content-Type")).find("html") != std::string::npos;
  return html ? "an HTML page" : "text: " + shown(body, longest_quote);
}

// The sentence of {"success":false,"error":"…"}, with what `message` adds to it; nullopt for bodies
// of another form.
std::optional<Json> sentence_of(const Json& body) {
  const auto success = body.find("success");
  const auto error = body.find("error");
  if (success == body.end() || *success != false) return std::nullopt;
  if (error == body.end() || !error->is_string()) return std::nullopt;
  const auto more = body.find("message");
  if (more == body.end() || !more->is_string()) return *error;
  return Json(error->get<std::string>() + ": " + more->get<std::string>());
}

// The body's detail or sentence, or the whole when it is an object of another form; nullopt when
// not JSON.
std::optional<Json> detail_of(const HttpResponse& answer) {
  auto body = types::parse(answer.body);
  if (!body || !body->is_structured()) return std::nullopt;
  if (!body->is_object()) return std::move(*body);
  const auto found = body->find("detail");
  if (found != body->end()) return *found;
  if (auto sentence = sentence_of(*body)) return sentence;
  return std::move(*body);
}

void describe(Error& error, const HttpResponse& answer) {
  const auto detail = detail_of(answer);
  if (!detail) {
    error.message =
        "the server answered " + std::to_string(answer.status) + " with " + name_of_body(answer);
    return;
  }
  error.message = shown(text_of_detail(*detail), longest_message);
  if (error.message.empty()) {
    error.message = "the server answered " + std::to_string(answer.status) + " without a reason";
  }
  if (!detail->is_string()) error.detail_json = types::dump(*detail).substr(0, longest_detail);
}

std::string hint_for(const Error& error) {
  switch (error.code) {
    case Errc::unauthenticated:
    case Errc::forbidden:
      return "check that the key is right, has not expired and may do this";
    case Errc::limit_reached:
      return "stop one of the user's bots, or raise the user's limit";
    case Errc::rate_limited:
    case Errc::unavailable:
      return error.retry_after_seconds
                 ? "try again in " + std::to_string(*error.retry_after_seconds) + " s"
                 : "try again in a moment";
    case Errc::server_error:
      return "look for the request id in the server's log";
    default:
      return {};
  }
}

Error redirected(const HttpResponse& answer) {
  const auto location = answer.header("Location");
  return Error{
      .code = Errc::protocol,
      .message = "the server answered " + std::to_string(answer.status) +
                 (location.empty() ? "" : " and points to " + shown(location, longest_quote)),
      .hint = "redirects are not followed, so that no key goes astray; give the final server URL",
      .http_status = answer.status};
}

}  // namespace

std::optional<Error> refusal_of(const HttpResponse& answer) {
  if (answer.status < 300) return std::nullopt;
  if (answer.status < 400) return redirected(answer);
  Error error;
  error.code = code_of(answer.status);
  error.http_status = answer.status;
  error.retry_after_seconds = retry_after(answer);
  error.request_id = shown(answer.header("X-Request-Id"), longest_quote);
  describe(error, answer);
  const bool may_be_limit = answer.status == 403 || answer.status == 429;
  if (may_be_limit && speaks_of_the_bot_limit(error.message)) error.code = Errc::limit_reached;
  error.hint = hint_for(error);
  return error;
}

}  // namespace bot::client
