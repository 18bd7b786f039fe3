#include "server/bots/speech_entries.hpp"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "base/nesting.hpp"
#include "base/text.hpp"
#include "base/time_format.hpp"
#include "base/unicode.hpp"

namespace bot::bots {
namespace {

using domain::SpeakerEvent;
using events::StreamEntry;
using nlohmann::json;

constexpr std::size_t longest_payload = std::size_t{1} << 20;
constexpr std::size_t deepest_payload = 64;
constexpr std::size_t most_segments = 1000;
constexpr std::size_t longest_text = 10'000;
constexpr std::size_t longest_word = 255;
constexpr std::size_t longest_language = 10;
// Longer than any meeting lasts.
constexpr double most_seconds = 7 * 86'400.0;

Error wrong(const std::string& what) {
  return Error{.code = Errc::invalid_argument, .message = what};
}

bool is_word(std::string_view text) {
  return text.size() <= longest_word && !has_control_characters(text);
}

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [last, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc{} || last != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

// Seconds, as a number or, from WhisperLive, as a text.
std::optional<double> seconds_in(const json& segment, const char* name) {
  const auto found = segment.find(name);
  if (found == segment.end()) return std::nullopt;
  std::optional<double> value;
  if (found->is_number()) value = found->get<double>();
  if (found->is_string()) value = number_in(found->get_ref<const std::string&>());
  if (!value || !std::isfinite(*value) || *value < 0 || *value > most_seconds) return std::nullopt;
  return value;
}

std::string text_in(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<ReportedSegment> decode_segment(const json& segment) {
  constexpr double shortest = 0.001;
  if (!segment.is_object()) return std::nullopt;
  auto start = seconds_in(segment, "start");
  auto end = seconds_in(segment, segment.contains("end") ? "end" : "end_time");
  if (!start || !end) return std::nullopt;
  if (*end < *start) std::swap(*start, *end);
  ReportedSegment decoded;
  decoded.start = *start;
  decoded.end = *end;
  decoded.text = text_in(segment, "text");
  const bool blank = trim(decoded.text).empty() || *end - *start < shortest;
  if (blank || decoded.text.size() > longest_text || decoded.text.find('\0') != std::string::npos) {
    return std::nullopt;
  }
  decoded.language = text_in(segment, "language");
  if (decoded.language.size() > longest_language || !is_word(decoded.language))
    decoded.language.clear();
  decoded.speaker = text_in(segment, "speaker");
  if (!is_word(decoded.speaker)) decoded.speaker.clear();
  return decoded;
}

Result<StreamedSpeech> decode_segments_into(StreamedSpeech speech, const json& body) {
  const auto found = body.find("segments");
  if (found == body.end() || !found->is_array()) return wrong("the segments are not a list");
  if (found->size() > most_segments) return wrong("there are more than 1000 segments");
  std::vector<ReportedSegment> segments;
  for (const auto& each : *found) {
    if (auto segment = decode_segment(each)) segments.push_back(*std::move(segment));
  }
  speech.what = std::move(segments);
  return speech;
}

Status check_sender(const StreamedSpeech& speech) {
  if (speech.token.empty()) return wrong("the token is missing");
  if (!is_word(speech.uid)) return wrong("the uid is longer than 255 bytes or no plain text");
  return Unit{};
}

std::string field_of(const StreamEntry& entry, std::string_view name) {
  const auto* value = entry.field(name);
  return value == nullptr ? "" : *value;
}

}  // namespace

Result<StreamedSpeech> decode_speech_entry(const StreamEntry& entry) {
  const auto* payload = entry.field("payload");
  if (payload == nullptr) return wrong("the field payload is missing");
  if (payload->size() > longest_payload) return wrong("the payload is larger than 1 MiB");
  if (nests_deeper(*payload, deepest_payload)) return wrong("the payload is nested too deeply");
  const auto body = json::parse(*payload, nullptr, false);
  if (!body.is_object()) return wrong("the payload is not a JSON object");
  StreamedSpeech speech;
  speech.token = text_in(body, "token");
  speech.uid = text_in(body, "uid");
  if (auto sound = check_sender(speech); !sound) return std::move(sound).error();
  const auto type = body.contains("type") ? text_in(body, "type") : "transcription";
  if (type == "transcription") return decode_segments_into(std::move(speech), body);
  if (type == "session_end") {
    speech.what = SpeechEnds{};
    return speech;
  }
  if (type != "session_start") return wrong("the type is none that is known");
  const auto at = parse_time(text_in(body, "start_timestamp"));
  if (!at) return wrong("the start_timestamp is not a time");
  speech.what = SpeechBegins{*at};
  return speech;
}

Result<StreamedSpeech> decode_speaker_entry(const StreamEntry& entry) {
  StreamedSpeech speech;
  speech.token = field_of(entry, "token");
  speech.uid = field_of(entry, "uid");
  if (auto sound = check_sender(speech); !sound) return std::move(sound).error();
  SpeakerEvent event;
  const auto type = field_of(entry, "event_type");
  if (type != "SPEAKER_START" && type != "SPEAKER_END")
    return wrong("the event_type is neither SPEAKER_START nor SPEAKER_END");
  event.kind = type == "SPEAKER_START" ? SpeakerEvent::Kind::start : SpeakerEvent::Kind::end;
  const auto at = number_in(field_of(entry, "relative_client_timestamp_ms"));
  if (!at || std::abs(*at) > most_seconds * 1000)
    return wrong("the relative_client_timestamp_ms is not a number of milliseconds");
  // Speech cannot have begun before its session; clocks of browsers may say so.
  event.at_ms = std::max(std::llround(*at), 0LL);
  event.name = field_of(entry, "participant_name");
  event.participant = field_of(entry, "participant_id_meet");
  if (event.participant.empty()) event.participant = event.name;
  if (event.participant.empty()) return wrong("the participant is missing");
  if (event.name.empty()) event.name = event.participant;
  if (!is_word(event.name) || !is_word(event.participant))
    return wrong("the participant is longer than 255 bytes or no plain text");
  speech.what = std::move(event);
  return speech;
}

}  // namespace bot::bots
