// Who was speaking: turns of speech made of a bot's speaker events, and the speaker of a segment by
// their overlap (contract §1.8 for the words of the verdict).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bot::domain {

struct SpeakerEvent {
  enum class Kind { start, end };

  std::int64_t at_ms = 0;  // since the session began
  Kind kind = Kind::start;
  std::string participant;  // tells people apart: the platform's id, else the name
  std::string name;

  bool operator==(const SpeakerEvent&) const = default;
};

enum class SpeakerMapping { unknown, mapped, several, no_events };

// UNKNOWN, MAPPED, MULTIPLE_CONCURRENT_SPEAKERS, NO_SPEAKER_EVENTS.
std::string_view to_string(SpeakerMapping mapping);

struct SpokenBy {
  SpeakerMapping mapping = SpeakerMapping::no_events;
  std::string name;  // empty unless mapped or several

  bool operator==(const SpokenBy&) const = default;
};

// A turn lasts from a start to the same participant's next end; one that has not ended goes on. A
// second start inside a turn and an end outside one change nothing. Ends at an event's own time are
// not part of the turn.
class SpeakerTurns {
 public:
  // In any order.
  explicit SpeakerTurns(std::vector<SpeakerEvent> events);

  // Of several who spoke, the one who spoke longest; of equals, who began first.
  SpokenBy speaker_of(std::int64_t start_ms, std::int64_t end_ms) const;

 private:
  struct Turn {
    std::string participant;
    std::string name;
    std::int64_t start_ms = 0;
    std::int64_t end_ms = 0;
  };

  std::vector<Turn> turns_;  // by their start
};

}  // namespace bot::domain
