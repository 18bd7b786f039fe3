#include "server/store/transcript_store.hpp"

#include "server/store/row_reader.hpp"

namespace bot::store {
namespace {

SegmentRow read_segment(RowReader& reader) {
  SegmentRow segment;
  segment.id = reader.integer();
  segment.meeting_id = reader.integer();
  segment.session_uid = reader.text();
  segment.segment_key = reader.text();
  segment.start_s = reader.real();
  segment.end_s = reader.real();
  segment.text = reader.text();
  segment.speaker = reader.optional_text();
  segment.language = reader.optional_text();
  segment.created_at = reader.integer();
  segment.session_started_at = reader.optional_integer();
  return segment;
}

std::string read_word(RowReader& reader) {
  return reader.text();
}

}  // namespace

void TranscriptStore::upsert(std::int64_t meeting_id,
                             std::span<const NewSegment> segments,
                             UnixMillis now) {
  for (const auto& segment : segments) {
    connection_.query(
        "INSERT INTO transcriptions (meeting_id, session_uid, segment_key, start_s, end_s, text,"
        " speaker, language, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (meeting_id, segment_key) DO UPDATE SET start_s = excluded.start_s,"
        " end_s = excluded.end_s, text = excluded.text, speaker = excluded.speaker,"
        " language = excluded.language, session_uid = excluded.session_uid",
        {meeting_id,
         segment.session_uid,
         segment.segment_key,
         segment.start_s,
         segment.end_s,
         segment.text,
         segment.speaker,
         segment.language,
         now});
  }
}

std::vector<SegmentRow> TranscriptStore::of_meeting(std::int64_t meeting_id) {
  return read_all(
      connection_.query(
          "SELECT t.id, t.meeting_id, t.session_uid, t.segment_key, t.start_s, t.end_s, t.text,"
          " t.speaker, t.language, t.created_at, COALESCE(p.started_at, s.started_at)"
          " FROM transcriptions t LEFT JOIN meeting_sessions s"
          " ON s.meeting_id = t.meeting_id AND s.session_uid = t.session_uid"
          " LEFT JOIN speech_sessions p"
          " ON p.meeting_id = t.meeting_id AND p.session_uid = t.session_uid"
          " WHERE t.meeting_id = $1"
          " ORDER BY COALESCE(p.started_at, s.started_at, 0) + t.start_s * 1000, t.id",
          {meeting_id}),
      read_segment);
}

std::int64_t TranscriptStore::count(std::int64_t meeting_id) {
  const auto rows =
      connection_.query("SELECT COUNT(*) FROM transcriptions WHERE meeting_id = $1", {meeting_id});
  return rows[0].integer(0);
}

std::vector<std::string> TranscriptStore::speakers(std::int64_t meeting_id) {
  return read_all(connection_.query("SELECT DISTINCT speaker FROM transcriptions"
                                    " WHERE meeting_id = $1 AND speaker IS NOT NULL"
                                    " ORDER BY speaker",
                                    {meeting_id}),
                  read_word);
}

std::vector<std::string> TranscriptStore::languages(std::int64_t meeting_id) {
  return read_all(connection_.query("SELECT DISTINCT language FROM transcriptions"
                                    " WHERE meeting_id = $1 AND language IS NOT NULL"
                                    " ORDER BY language",
                                    {meeting_id}),
                  read_word);
}

std::size_t TranscriptStore::remove(std::int64_t meeting_id) {
  return connection_.query("DELETE FROM transcriptions WHERE meeting_id = $1", {meeting_id})
      .changed();
}

std::size_t TranscriptStore::purge_ended_before(UnixMillis before, std::int64_t limit) {
  // What was said in a meeting that ended before was itself stored before: the index on that keeps
  // the walk short when little is left to delete.
  return connection_
      .query(
          "DELETE FROM transcriptions WHERE id IN"
          " (SELECT transcriptions.id FROM transcriptions"
          " JOIN meetings ON meetings.id = transcriptions.meeting_id"
          " WHERE transcriptions.created_at < $1 AND meetings.end_time < $1"
          " ORDER BY transcriptions.created_at LIMIT $2)",
          {before, limit})
      .changed();
}

}  // namespace bot::store
