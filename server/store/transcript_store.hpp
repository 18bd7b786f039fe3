#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "drivers/sql.hpp"
#include "server/store/rows.hpp"

namespace bot::store {

struct NewSegment {
  std::string session_uid;
  std::string segment_key;  // unique in the meeting: a segment sent again replaces the first
  double start_s = 0;
  double end_s = 0;
  std::string text;
  std::optional<std::string> speaker = {};
  std::optional<std::string> language = {};
};

class TranscriptStore {
 public:
  explicit TranscriptStore(sql::Connection& connection) : connection_(connection) {}

  void upsert(std::int64_t meeting_id, std::span<const NewSegment> segments, UnixMillis now);
  // In the order they were spoken, over all sessions of the meeting.
  std::vector<SegmentRow> of_meeting(std::int64_t meeting_id);
  std::int64_t count(std::int64_t meeting_id);
  // Distinct and sorted.
  std::vector<std::string> speakers(std::int64_t meeting_id);
  std::vector<std::string> languages(std::int64_t meeting_id);
  // Returns how many there were.
  std::size_t remove(std::int64_t meeting_id);
  // At most `limit` segments of meetings that ended before `before`; returns how many went.
  std::size_t purge_ended_before(UnixMillis before, std::int64_t limit = 1000);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::store
