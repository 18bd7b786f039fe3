// What one transaction does to the meeting that entries of streams are about.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "drivers/sql.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/bots/speech_entries.hpp"
#include "server/events/bus.hpp"

namespace bot::bots {

// An entry whose sender is known.
struct SpeechLetter {
  std::string entry_id;
  std::int64_t position = 0;
  UnixMillis at = 0;  // sent
  SessionIdentity sender;
  StreamedSpeech speech;
};

// An entry that is never stored.
struct RefusedEntry {
  std::string entry_id;
  std::string reason;           // holds nothing of what is in the entry
  std::int64_t meeting_id = 0;  // 0: its token is of none
};

struct SpeechOutcome {
  std::vector<events::TranscriptChanged> spoken;  // to be told after the commit
  std::vector<RefusedEntry> refused;
  std::uint64_t stored = 0;
  std::uint64_t unchanged = 0;  // they said nothing that was not there
};

// REQUIRES: one letter at least, all of one meeting, in the order in which they were sent.
SpeechOutcome write_speech(sql::Connection& connection,
                           std::span<const SpeechLetter> letters,
                           UnixMillis now);

}  // namespace bot::bots
