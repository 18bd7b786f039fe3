#include "server/bots/callback_forms.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "base/unicode.hpp"

namespace bot::bots {

namespace {

using Kind = BotReport::Kind;
using nlohmann::json;

constexpr std::size_t most_segments = 1000;
constexpr std::size_t longest_text = 10'000;
constexpr std::size_t longest_word = 255;

Error wrong(const std::string& field, const std::string& what) {
  return Error{.code = Errc::invalid_argument, .message = "the callback's " + field + " " + what};
}

// Absent and null are the same.
const json* find(const json& body, const char* name) {
  const auto found = body.find(name);
  return found == body.end() || found->is_null() ? nullptr : &*found;
}

Status read_text(const json& body, const char* name, std::optional<std::string>& into) {
  const json* value = find(body, name);
  if (value == nullptr) return Unit{};
  if (!value->is_string()) return wrong(name, "is not a string");
  const auto& text = value->get_ref<const std::string&>();
  if (text.size() > longest_word) return wrong(name, "is longer than 255 bytes");
  if (has_control_characters(text)) return wrong(name, "holds control characters");
  into = text;
  return Unit{};
}

Status read_exit_code(const json& body, BotReport& report) {
  const json* value = find(body, "exit_code");
  if (value == nullptr) return Unit{};
  if (!value->is_number_integer()) return wrong("exit_code", "is not an integer");
  const auto code = value->get<std::int64_t>();
  // What only an unsigned integer can hold comes out negative.
  const bool wrapped = value->is_number_unsigned() && code < 0;
  if (wrapped || code < std::numeric_limits<int>::min() || code > std::numeric_limits<int>::max()) {
    return wrong("exit_code", "is out of range");
  }
  report.exit_code = static_cast<int>(code);
  return Unit{};
}

Status read_common(const json& body, BotReport& report) {
  for (const auto& [name, into] : {std::pair("container_id", &report.container_id),
                                   std::pair("reason", &report.reason),
                                   std::pair("completion_reason", &report.completion_reason),
                                   std::pair("failure_stage", &report.failure_stage)}) {
    if (auto done = read_text(body, name, *into); !done) return done;
  }
  if (const json* details = find(body, "error_details")) {
    report.error_details = details->is_object() ? types::Json(*details)
                                                : types::Json{{"message", types::Json(*details)}};
  }
  if (const json* platform_error = find(body, "platform_specific_error")) {
    if (report.error_details.is_null()) report.error_details = types::Json::object();
    report.error_details["platform_specific_error"] = types::Json(*platform_error);
  }
  return read_exit_code(body, report);
}

struct Word {
  std::string_view word;
  Kind kind;
  std::string_view phase;
};

// Words of paths and values of `status`, of all generations.
constexpr std::array<Word, 13> words{{
    {"joining", Kind::phase, "joining"},
    {"starting", Kind::phase, "joining"},
    {"awaiting_admission", Kind::phase, "awaiting_admission"},
    {"needs_human_help", Kind::phase, "needs_human_help"},
    {"needs_help", Kind::phase, "needs_human_help"},
    {"joined", Kind::active, ""},
    {"active", Kind::active, ""},
    {"leaving", Kind::leaving, ""},
    {"stopping", Kind::leaving, ""},
    {"exited", Kind::exited, ""},
    {"completed", Kind::exited, ""},
    {"failed", Kind::exited, ""},
    {"error", Kind::exited, ""},
}};

bool apply_word(std::string_view word, BotReport& report) {
  for (const auto& known : words) {
    if (known.word != word) continue;
    report.kind = known.kind;
    report.phase = known.phase;
    return true;
  }
  return false;
}

Status apply_status(const json& body, BotReport& report) {
  const json* status = find(body, "status");
  if (status == nullptr) return wrong("status", "is missing");
  if (!status->is_string()) return wrong("status", "is not a string");
  const auto& word = status->get_ref<const std::string&>();
  if (!apply_word(word, report)) return wrong("status", "is none that a bot can report");
  if (report.kind == Kind::exited && !report.exit_code) {
    if (word == "exited") return wrong("exit_code", "is missing");
    report.exit_code = word == "completed" ? 0 : 1;
  } else if (word == "failed" && report.exit_code == 0) {
    report.exit_code = 1;
  }
  return Unit{};
}

Result<double> read_seconds(const json& segment, const char* name) {
  const json* value = find(segment, name);
  if (value == nullptr || !value->is_number()) return wrong(name, "is not a number of seconds");
  const double seconds = value->get<double>();
  // A week is more than any meeting lasts, and keeps milliseconds well inside an integer.
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 7 * 86400.0) {
    return wrong(name, "is out of range");
  }
  return seconds;
}

Result<ReportedSegment> decode_segment(const json& segment) {
  if (!segment.is_object()) return wrong("segments", "hold something that is not an object");
  ReportedSegment result;
  auto start = read_seconds(segment, "start");
  if (!start) return std::move(start).error();
  auto end = read_seconds(segment, segment.contains("end") ? "end" : "end_time");
  if (!end) return std::move(end).error();
  if (*end < *start) return wrong("end", "is before its start");
  result.start = *start;
  result.end = *end;
  const json* text = find(segment, "text");
  if (text == nullptr || !text->is_string()) return wrong("text", "is not a string");
  result.text = text->get<std::string>();
  if (result.text.find('\0') != std::string::npos) return wrong("text", "holds a NUL character");
  if (result.text.size() > longest_text) return wrong("text", "is longer than 10000 bytes");
  std::optional<std::string> language;
  std::optional<std::string> speaker;
  if (auto done = read_text(segment, "language", language); !done) return done.error();
  if (auto done = read_text(segment, "speaker", speaker); !done) return done.error();
  if (language && language->size() > 10) return wrong("language", "is longer than 10 bytes");
  result.language = language.value_or("");
  result.speaker = speaker.value_or("");
  return result;
}

}  // namespace

Result<BotReport> decode_report(std::string_view word, const json& body) {
  const bool by_status = word == "status_change" || word == "lifecycle" || word == "status";
  BotReport report;
  if (!by_status && word != "started" &&
      (!apply_word(word, report) || word == "starting" || word == "active" || word == "error")) {
    return Error{.code = Errc::not_found, .message = "there is no callback of that name"};
  }
  if (!body.is_object()) return wrong("body", "is not an object");
  if (auto done = read_common(body, report); !done) return done.error();
  if (word == "started") {
    // S1 says "started" when the bot is in the meeting, S0 when its process is up; only S1 bots say
    // in which container.
    apply_word(report.container_id ? "active" : "joining", report);
  } else if (by_status) {
    if (auto done = apply_status(body, report); !done) return done.error();
  } else if (word == "exited" && !report.exit_code) {
    return wrong("exit_code", "is missing");
  }
  return report;
}

Result<std::vector<ReportedSegment>> decode_segments(const json& body) {
  if (!body.is_object()) return wrong("body", "is not an object");
  const json* segments = find(body, "segments");
  if (segments == nullptr || !segments->is_array()) return wrong("segments", "are not a list");
  if (segments->size() > most_segments) return wrong("segments", "are more than 1000");
  std::vector<ReportedSegment> result;
  result.reserve(segments->size());
  for (const auto& each : *segments) {
    auto segment = decode_segment(each);
    if (!segment) return std::move(segment).error();
    result.push_back(*std::move(segment));
  }
  return result;
}

}  // namespace bot::bots
