#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/sql.hpp"
#include "server/domain/speaker_turns.hpp"
#include "server/store/rows.hpp"
#include "server/store/transcript_store.hpp"

namespace bot::store {

// A segment as an entry of a stream brought it.
struct HeardSegment {
  NewSegment segment;
  std::int64_t position = 0;    // of the entry: what came later is newer
  bool speaker_mapped = false;  // found by us: may be found to be somebody else
};

struct SegmentSpeaker {
  std::int64_t segment_id = 0;
  std::optional<std::string> speaker;
};

// What streams tell of speech, beside the transcript: since when its times count, and who spoke.
// `session_uid` is the one that speech was sent under, which need not be a bot's session. The
// caller holds the meeting (MeetingStore::hold).
class SpeechStore {
 public:
  explicit SpeechStore(sql::Connection& connection) : connection_(connection) {}

  // `position` of the entry that says so. False, changing nothing, when the same or a later one has
  // said it before.
  bool set_start(std::int64_t meeting_id,
                 std::string_view session_uid,
                 UnixMillis started_at,
                 std::int64_t position);
  std::optional<UnixMillis> start_of(std::int64_t meeting_id, std::string_view session_uid);

  // False when it is there already.
  bool add_event(std::int64_t meeting_id,
                 std::string_view session_uid,
                 const domain::SpeakerEvent& event,
                 UnixMillis now);
  // Of from_ms <= time < to_ms.
  std::vector<domain::SpeakerEvent> events(std::int64_t meeting_id,
                                           std::string_view session_uid,
                                           std::int64_t from_ms,
                                           std::int64_t to_ms);

  // For each whether it changed something: not when what is there came with the same entry or a
  // later one.
  std::vector<bool> put_all(std::int64_t meeting_id,
                            std::span<const HeardSegment> heard,
                            UnixMillis now);
  // Segments whose speaker was found by us and that last beyond from_ms, the first ones of them.
  std::vector<SegmentRow> mapped_after(std::int64_t meeting_id,
                                       std::string_view session_uid,
                                       std::int64_t from_ms);
  void set_speakers(std::span<const SegmentSpeaker> speakers);

  // At most `limit` events of meetings that ended before `before`; returns how many went.
  std::size_t purge_events_of_ended(UnixMillis before, std::int64_t limit);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::store
