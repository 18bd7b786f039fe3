// What original bots write to the streams of speech and speakers, in our words (contract §4).
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "server/bots/callbacks.hpp"
#include "server/domain/speaker_turns.hpp"
#include "server/events/stream_entry.hpp"

namespace bot::bots {

struct SpeechBegins {
  UnixMillis at = 0;  // since then the times of its segments count
};

struct SpeechEnds {};

struct StreamedSpeech {
  std::string token;  // of the session that it claims to come from; not checked here
  std::string uid;    // what its times count from; empty: not said
  std::variant<SpeechBegins, SpeechEnds, std::vector<ReportedSegment>, domain::SpeakerEvent> what;
};

// An entry of transcription_segments: its field `payload` is a JSON object of the type
// session_start, transcription (also without a type) or session_end. Segments without a text or a
// time, as WhisperLive sends some, are left out. Errors: invalid_argument, never with what is in
// the entry.
Result<StreamedSpeech> decode_speech_entry(const events::StreamEntry& entry);

// An entry of speaker_events_relative, whose fields are flat. Errors: likewise.
Result<StreamedSpeech> decode_speaker_entry(const events::StreamEntry& entry);

}  // namespace bot::bots
