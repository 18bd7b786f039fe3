// Speech and speakers from the streams into the store (design §3: what bots say is stored, whatever
// way it comes).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/bots/speech_entries.hpp"
#include "server/bots/speech_writing.hpp"
#include "server/events/stream_entry.hpp"

namespace bot::bots {

// Stores entries of streams, each with the meeting of the session whose token it carries;
// subscribers of the bus are told after the commit. A transaction is about one meeting, which
// nobody else can change meanwhile, and not longer than some hundred segments. The same entry
// again, or an older one after a newer, changes nothing. Thread-safe.
class SpeechIngest {
 public:
  struct Parts {
    store::Database& database;
    Lifecycle& lifecycle;
    events::Bus& bus;
    const Clock& clock;
  };
  using Decode = Result<StreamedSpeech> (*)(const events::StreamEntry&);
  using Refusal = RefusedEntry;
  // On the thread of `take`.
  using OnRefused = std::function<void(const Refusal&)>;
  // Of entries.
  struct Counts {
    std::uint64_t stored = 0;
    std::uint64_t unchanged = 0;  // they said nothing that was not there: most came once more
    std::uint64_t refused = 0;
  };

  SpeechIngest(Parts parts, Decode decode, OnRefused on_refused);

  // Returns when each entry is durable or refused; one that fails for a reason of its own does not
  // hold the others up. Throws bot::Unavailable when the store is away.
  void take(std::span<const events::StreamEntry> entries);

  Counts counts() const { return {stored_, unchanged_, refused_}; }

 private:
  using Refusals = std::vector<Refusal>;
  using Senders = std::map<std::string, std::optional<SessionIdentity>>;  // by token

  // By meeting, in the order in which they were sent.
  std::vector<SpeechLetter> open_letters(std::span<const events::StreamEntry> entries,
                                         Refusals& refused) const;
  std::optional<SpeechLetter> open_letter(const events::StreamEntry& entry,
                                          Senders& senders,
                                          Refusals& refused) const;
  static std::size_t next_part(std::span<const SpeechLetter> letters);
  // All of one meeting; those that fail are refused.
  void store_part(std::span<const SpeechLetter> letters, Refusals& refused);
  void store(std::span<const SpeechLetter> letters, Refusals& refused);

  const Parts parts_;
  const Decode decode_;
  const OnRefused on_refused_;
  std::atomic<std::uint64_t> stored_{0};
  std::atomic<std::uint64_t> unchanged_{0};
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace bot::bots
