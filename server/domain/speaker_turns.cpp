#include "server/domain/speaker_turns.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace bot::domain {

std::string_view to_string(SpeakerMapping mapping) {
  switch (mapping) {
    case SpeakerMapping::unknown:
      return "UNKNOWN";
    case SpeakerMapping::mapped:
      return "MAPPED";
    case SpeakerMapping::several:
      return "MULTIPLE_CONCURRENT_SPEAKERS";
    case SpeakerMapping::no_events:
      return "NO_SPEAKER_EVENTS";
  }
  return "UNKNOWN";
}

SpeakerTurns::SpeakerTurns(std::vector<SpeakerEvent> events) {
  // Of the same instant the end comes first: it belongs to what was before.
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) {
    if (a.at_ms != b.at_ms) return a.at_ms < b.at_ms;
    return a.kind == SpeakerEvent::Kind::end && b.kind == SpeakerEvent::Kind::start;
  });
  std::map<std::string, std::size_t> open;
  for (auto& event : events) {
    const auto found = open.find(event.participant);
    if (event.kind == SpeakerEvent::Kind::end) {
      if (found == open.end()) continue;
      turns_[found->second].end_ms = event.at_ms;
      open.erase(found);
    } else if (found == open.end()) {
      open.emplace(event.participant, turns_.size());
      turns_.push_back({std::move(event.participant),
                        std::move(event.name),
                        event.at_ms,
                        std::numeric_limits<std::int64_t>::max()});
    }
  }
}

SpokenBy SpeakerTurns::speaker_of(std::int64_t start_ms, std::int64_t end_ms) const {
  if (turns_.empty()) return {SpeakerMapping::no_events, ""};
  struct Share {
    std::int64_t length = 0;
    const Turn* first = nullptr;
  };
  std::map<std::string_view, Share> shares;
  for (const auto& turn : turns_) {
    if (turn.start_ms >= end_ms) break;
    const auto common = std::min(turn.end_ms, end_ms) - std::max(turn.start_ms, start_ms);
    if (common <= 0) continue;
    auto& share = shares[turn.participant];
    share.length += common;
    if (share.first == nullptr) share.first = &turn;
  }
  if (shares.empty()) return {SpeakerMapping::unknown, ""};
  const auto most =
      std::max_element(shares.begin(), shares.end(), [](const auto& a, const auto& b) {
        if (a.second.length != b.second.length) return a.second.length < b.second.length;
        return a.second.first->start_ms > b.second.first->start_ms;
      });
  return {shares.size() == 1 ? SpeakerMapping::mapped : SpeakerMapping::several,
          most->second.first->name};
}

}  // namespace bot::domain
