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
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/bots/speech_entries.hpp"
#include "server/events/stream_entry.hpp"

namespace bot::bots {

// Stores entries of streams, each with the meeting of the session whose token it carries, in one
// transaction for all of a batch; subscribers of the bus are told after it. The same entry again,
// or an older one after a newer, changes nothing. Thread-safe.
class SpeechIngest {
 public:
  struct Parts {
    store::Database& database;
    Lifecycle& lifecycle;
    events::Bus& bus;
    const Clock& clock;
  };
  using Decode = Result<StreamedSpeech> (*)(const events::StreamEntry&);
  // An entry that is never stored, on the thread of `take`. `reason` holds nothing of what is in
  // it.
  using OnRefused = std::function<void(const std::string& entry_id, const std::string& reason)>;
  struct Counts {
    std::uint64_t stored = 0;
    std::uint64_t refused = 0;
  };

  SpeechIngest(Parts parts, Decode decode, OnRefused on_refused);

  // Returns when each entry is durable or refused; one that fails for a reason of its own does not
  // hold the others up. Throws bot::Unavailable when the store is away.
  void take(std::span<const events::StreamEntry> entries);

  Counts counts() const { return {stored_, refused_}; }

 private:
  struct Letter {
    std::string entry_id;
    std::int64_t position = 0;
    UnixMillis at = 0;
    SessionIdentity sender;
    StreamedSpeech speech;
  };
  class Writing;

  using Refusals = std::vector<std::pair<std::string, std::string>>;      // entry and reason
  using Senders = std::map<std::string, std::optional<SessionIdentity>>;  // by token

  // By meeting, in the order in which they were sent.
  std::vector<Letter> open_letters(std::span<const events::StreamEntry> entries,
                                   Refusals& refused) const;
  std::optional<Letter> open_letter(const events::StreamEntry& entry,
                                    Senders& senders,
                                    Refusals& refused) const;
  void store(std::span<const Letter> letters, Refusals& refused);
  void store_alone(const Letter& letter, Refusals& refused);

  const Parts parts_;
  const Decode decode_;
  const OnRefused on_refused_;
  std::atomic<std::uint64_t> stored_{0};
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace bot::bots
