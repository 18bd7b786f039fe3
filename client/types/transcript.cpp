#include "client/types/transcript.hpp"

namespace bot::types {

void to_json(Json& json, const Segment& segment) {
  json = Json{{"start", segment.start},
              {"end", segment.end},
              {"text", segment.text},
              {"language", nullable(segment.language)},
              {"created_at", nullable(segment.created_at)},
              {"speaker", nullable(segment.speaker)},
              {"absolute_start_time", nullable(segment.absolute_start_time)},
              {"absolute_end_time", nullable(segment.absolute_end_time)}};
}

void from_json(const Json& json, Segment& segment) {
  read(json, "start", segment.start);
  // Live frames of older servers call it end_time (contract §1.8).
  read(json, json.contains("end") ? "end" : "end_time", segment.end);
  read(json, "text", segment.text);
  read(json, "language", segment.language);
  read(json, "created_at", segment.created_at);
  read(json, "speaker", segment.speaker);
  read(json, "absolute_start_time", segment.absolute_start_time);
  read(json, "absolute_end_time", segment.absolute_end_time);
}

void to_json(Json& json, const Transcript& transcript) {
  json = Json{{"id", transcript.id},
              {"platform", transcript.platform},
              {"native_meeting_id", nullable(transcript.native_meeting_id)},
              {"constructed_meeting_url", nullable(transcript.constructed_meeting_url)},
              {"status", transcript.status},
              {"start_time", nullable(transcript.start_time)},
              {"end_time", nullable(transcript.end_time)},
              {"segments", transcript.segments}};
}

void from_json(const Json& json, Transcript& transcript) {
  read(json, "id", transcript.id);
  read(json, "platform", transcript.platform);
  read(json, "native_meeting_id", transcript.native_meeting_id);
  read(json, "constructed_meeting_url", transcript.constructed_meeting_url);
  read(json, "status", transcript.status);
  read(json, "start_time", transcript.start_time);
  read(json, "end_time", transcript.end_time);
  read(json, "segments", transcript.segments);
}

}  // namespace bot::types
