#include "server/store/speech_store.hpp"

#include "server/store/row_reader.hpp"

namespace bot::store {
namespace {

using domain::SpeakerEvent;

constexpr std::int64_t most_mapped = 5000;

std::string_view name_of(SpeakerEvent::Kind kind) {
  return kind == SpeakerEvent::Kind::start ? "start" : "end";
}

SpeakerEvent read_event(RowReader& reader) {
  SpeakerEvent event;
  event.at_ms = reader.integer();
  event.kind = reader.text() == "start" ? SpeakerEvent::Kind::start : SpeakerEvent::Kind::end;
  event.participant = reader.text();
  event.name = reader.text();
  return event;
}

SegmentRow read_mapped(RowReader& reader) {
  SegmentRow segment;
  segment.id = reader.integer();
  segment.start_s = reader.real();
  segment.end_s = reader.real();
  segment.text = reader.text();
  segment.speaker = reader.optional_text();
  segment.language = reader.optional_text();
  return segment;
}

}  // namespace

bool SpeechStore::set_start(std::int64_t meeting_id,
                            std::string_view session_uid,
                            UnixMillis started_at,
                            std::int64_t position) {
  return connection_
             .query(
                 "INSERT INTO speech_sessions (meeting_id, session_uid, started_at, "
                 "stream_position)"
                 " VALUES ($1, $2, $3, $4)"
                 " ON CONFLICT (meeting_id, session_uid) DO UPDATE"
                 " SET started_at = excluded.started_at, stream_position = excluded.stream_position"
                 " WHERE speech_sessions.stream_position < excluded.stream_position",
                 {meeting_id, session_uid, started_at, position})
             .changed() != 0;
}

std::optional<UnixMillis> SpeechStore::start_of(std::int64_t meeting_id,
                                                std::string_view session_uid) {
  const auto rows = connection_.query(
      "SELECT started_at FROM speech_sessions WHERE meeting_id = $1 AND session_uid = $2",
      {meeting_id, session_uid});
  if (rows.empty()) return std::nullopt;
  return rows[0].integer(0);
}

bool SpeechStore::add_event(std::int64_t meeting_id,
                            std::string_view session_uid,
                            const SpeakerEvent& event,
                            UnixMillis now) {
  return connection_
             .query(
                 "INSERT INTO speaker_events (meeting_id, session_uid, at_ms, kind, participant,"
                 " name, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
                 " ON CONFLICT (meeting_id, session_uid, at_ms, kind, participant) DO NOTHING",
                 {meeting_id,
                  session_uid,
                  event.at_ms,
                  name_of(event.kind),
                  event.participant,
                  event.name,
                  now})
             .changed() != 0;
}

std::vector<SpeakerEvent> SpeechStore::events(std::int64_t meeting_id,
                                              std::string_view session_uid,
                                              std::int64_t from_ms,
                                              std::int64_t to_ms) {
  return read_all(connection_.query("SELECT at_ms, kind, participant, name FROM speaker_events"
                                    " WHERE meeting_id = $1 AND session_uid = $2"
                                    " AND at_ms >= $3 AND at_ms < $4 ORDER BY at_ms, id",
                                    {meeting_id, session_uid, from_ms, to_ms}),
                  read_event);
}

std::vector<bool> SpeechStore::put_all(std::int64_t meeting_id,
                                       std::span<const HeardSegment> heard,
                                       UnixMillis now) {
  constexpr std::string_view put =
      "INSERT INTO transcriptions (meeting_id, session_uid, segment_key, start_s, end_s,"
      " text, speaker, language, created_at, stream_position, speaker_mapped)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
      " ON CONFLICT (meeting_id, segment_key) DO UPDATE SET start_s = excluded.start_s,"
      " end_s = excluded.end_s, text = excluded.text, speaker = excluded.speaker,"
      " language = excluded.language, stream_position = excluded.stream_position,"
      " speaker_mapped = excluded.speaker_mapped"
      " WHERE COALESCE(transcriptions.stream_position, 0) < excluded.stream_position";
  std::vector<sql::Statement> statements;
  for (const auto& each : heard) {
    const auto& segment = each.segment;
    statements.push_back({put,
                          {meeting_id,
                           segment.session_uid,
                           segment.segment_key,
                           segment.start_s,
                           segment.end_s,
                           segment.text,
                           segment.speaker,
                           segment.language,
                           now,
                           each.position,
                           each.speaker_mapped}});
  }
  std::vector<bool> changed;
  for (const auto& answer : connection_.query_all(statements))
    changed.push_back(answer.changed() != 0);
  return changed;
}

std::vector<SegmentRow> SpeechStore::mapped_after(std::int64_t meeting_id,
                                                  std::string_view session_uid,
                                                  std::int64_t from_ms) {
  return read_all(connection_.query(
                      "SELECT id, start_s, end_s, text, speaker, language FROM transcriptions"
                      " WHERE meeting_id = $1 AND session_uid = $2 AND speaker_mapped"
                      " AND end_s > $3 ORDER BY start_s, id LIMIT $4",
                      {meeting_id, session_uid, static_cast<double>(from_ms) / 1000, most_mapped}),
                  read_mapped);
}

void SpeechStore::set_speakers(std::span<const SegmentSpeaker> speakers) {
  for (const auto& each : speakers) {
    connection_.defer("UPDATE transcriptions SET speaker = $2 WHERE id = $1",
                      {each.segment_id, each.speaker});
  }
}

std::size_t SpeechStore::purge_events_of_ended(UnixMillis before, std::int64_t limit) {
  // The index on when they were stored keeps the walk short, as with transcripts. What was stored
  // late goes late.
  return connection_
      .query(
          "DELETE FROM speaker_events WHERE id IN"
          " (SELECT speaker_events.id FROM speaker_events"
          " JOIN meetings ON meetings.id = speaker_events.meeting_id"
          " WHERE speaker_events.created_at < $1 AND meetings.end_time < $1"
          " ORDER BY speaker_events.created_at LIMIT $2)",
          {before, limit})
      .changed();
}

}  // namespace bot::store
