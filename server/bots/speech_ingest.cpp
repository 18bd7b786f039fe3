#include "server/bots/speech_ingest.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/fault.hpp"

namespace bot::bots {
namespace {

// Segments of one transaction, unless an entry alone has more.
constexpr std::size_t most_at_once = 500;

// Neither names values.
std::string reason_of(const std::exception& failure) {
  const auto* refused = dynamic_cast<const sql::Fault*>(&failure);
  return refused != nullptr ? std::string("the store refuses it: ") + refused->what()
                            : "the server fails to deal with it";
}

std::size_t weight(const StreamedSpeech& speech) {
  const auto* segments = std::get_if<std::vector<ReportedSegment>>(&speech.what);
  return segments == nullptr ? 1 : std::max<std::size_t>(segments->size(), 1);
}

}  // namespace

SpeechIngest::SpeechIngest(Parts parts, Decode decode, OnRefused on_refused)
    : parts_(parts), decode_(decode), on_refused_(std::move(on_refused)) {}

std::vector<SpeechLetter> SpeechIngest::open_letters(std::span<const events::StreamEntry> entries,
                                                     Refusals& refused) const {
  Senders senders;
  std::vector<SpeechLetter> letters;
  for (const auto& entry : entries) {
    try {
      if (auto letter = open_letter(entry, senders, refused)) letters.push_back(*std::move(letter));
    } catch (const Unavailable&) {
      throw;
    } catch (const std::exception& failure) {
      refused.push_back({entry.id, reason_of(failure)});
    }
  }
  // Every server holds meetings in the same order.
  std::stable_sort(letters.begin(), letters.end(), [](const auto& a, const auto& b) {
    return std::tie(a.sender.meeting_id, a.position) < std::tie(b.sender.meeting_id, b.position);
  });
  return letters;
}

std::optional<SpeechLetter> SpeechIngest::open_letter(const events::StreamEntry& entry,
                                                      Senders& senders,
                                                      Refusals& refused) const {
  auto speech = decode_(entry);
  if (!speech) {
    refused.push_back({entry.id, speech.error().message});
    return std::nullopt;
  }
  auto known = senders.find(speech->token);
  if (known == senders.end()) {
    const auto found = parts_.lifecycle.authenticate(speech->token);
    known = senders.emplace(speech->token, found ? std::optional(*found) : std::nullopt).first;
  }
  if (!known->second) {
    refused.push_back({entry.id, "its token is that of no session"});
    return std::nullopt;
  }
  return SpeechLetter{entry.id, entry.position(), entry.at(), *known->second, *std::move(speech)};
}

void SpeechIngest::take(std::span<const events::StreamEntry> entries) {
  Refusals refused;
  const auto letters = open_letters(entries, refused);
  for (std::span<const SpeechLetter> left = letters; !left.empty();) {
    const auto part = left.first(next_part(left));
    store_part(part, refused);
    left = left.subspan(part.size());
  }
  // Not before: had the store gone away, all of them would come again.
  refused_ += refused.size();
  for (const auto& refusal : refused)
    on_refused_(refusal);
}

// How many of the first ones are of one meeting and not too much at once.
std::size_t SpeechIngest::next_part(std::span<const SpeechLetter> letters) {
  std::size_t count = 1;
  auto taken = weight(letters[0].speech);
  for (; count < letters.size(); ++count) {
    taken += weight(letters[count].speech);
    const bool is_same = letters[count].sender.meeting_id == letters[0].sender.meeting_id;
    if (!is_same || taken > most_at_once) break;
  }
  return count;
}

void SpeechIngest::store_part(std::span<const SpeechLetter> letters, Refusals& refused) {
  try {
    store(letters, refused);
  } catch (const Unavailable&) {
    throw;
  } catch (const std::exception& failure) {
    if (letters.size() == 1) {
      refused.push_back({letters[0].entry_id, reason_of(failure), letters[0].sender.meeting_id});
      return;
    }
    // The others shall not suffer for one of them.
    for (const auto& letter : letters)
      store_part(std::span(&letter, 1), refused);
  }
}

void SpeechIngest::store(std::span<const SpeechLetter> letters, Refusals& refused) {
  const auto outcome = parts_.database.write([&](sql::Connection& connection) {
    return write_speech(connection, letters, parts_.clock.now_ms());
  });
  stored_ += outcome.stored;
  unchanged_ += outcome.unchanged;
  refused.insert(refused.end(), outcome.refused.begin(), outcome.refused.end());
  for (const auto& news : outcome.spoken)
    parts_.bus.publish(news);
}

}  // namespace bot::bots
