// Entries of the streams of original bots, which anybody who may write to Redis makes: each is read
// or refused with a sentence, and what was read is fit for the store.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "server/bots/speech_entries.hpp"
#include "tests/fuzz/promise.hpp"

namespace bot::fuzz {
namespace {

constexpr double week_s = 7 * 86'400.0;

void check_refusal(const Error& error) {
  require(error.code == Errc::invalid_argument, "a refusal is one of what is in the entry");
  require(!error.message.empty() && !has_control_characters(error.message),
          "a refusal is a sentence",
          error.message);
}

void check_word(const std::string& word) {
  require(word.size() <= 255 && !has_control_characters(word), "a name is short and plain", word);
}

void check(const bots::SpeechBegins& /*begins*/) {}
void check(const bots::SpeechEnds& /*ends*/) {}

void check(const std::vector<bots::ReportedSegment>& segments) {
  require(segments.size() <= 1000, "segments are few enough for a transaction");
  for (const auto& segment : segments) {
    require(std::isfinite(segment.start) && segment.start >= 0, "a segment starts in its session");
    require(segment.end > segment.start && segment.end <= week_s, "a segment ends after its start");
    require(segment.text.size() <= 10'000 && !trim(segment.text).empty(), "a segment has a text");
    require(is_valid_utf8(segment.text) && segment.text.find('\0') == std::string::npos,
            "a text is one that every engine stores");
    check_word(segment.language);
    check_word(segment.speaker);
  }
}

void check(const domain::SpeakerEvent& event) {
  require(event.at_ms >= 0 && static_cast<double>(event.at_ms) <= week_s * 1000,
          "an event is in its session");
  require(!event.name.empty() && !event.participant.empty(), "an event says whose it is");
  check_word(event.name);
  check_word(event.participant);
}

void check_read(const Result<bots::StreamedSpeech>& speech) {
  if (!speech) return check_refusal(speech.error());
  require(!speech->token.empty(), "an entry says on whose behalf");
  check_word(speech->uid);
  std::visit([](const auto& what) { check(what); }, speech->what);
}

// A line a field, its name before the first "=".
events::StreamEntry entry_of(const std::string& text) {
  events::StreamEntry entry{.id = "1758142747001-0", .fields = {}};
  for (const auto line : split(text, '\n')) {
    const auto equals = line.find('=');
    if (equals == line.npos) continue;
    entry.fields.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  return entry;
}

}  // namespace
}  // namespace bot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bot;
  const std::string text(data, data + size);
  fuzz::check_read(
      bots::decode_speech_entry({.id = "1758142747001-0", .fields = {{"payload", text}}}));
  fuzz::check_read(bots::decode_speaker_entry(fuzz::entry_of(text)));
  const events::StreamEntry named{.id = text, .fields = {}};
  fuzz::require(named.position() >= 0 && named.at() >= 0, "a place is not before the first", text);
  return 0;
}
