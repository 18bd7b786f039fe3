#include "server/events/frames.hpp"

#include "base/time_format.hpp"
#include "client/types/json.hpp"

namespace bot::events {
namespace {

using types::Json;

template <typename Change>
Json frame(const char* type, const Change& change, Json payload) {
  return Json{
      {"type", type},
      {"meeting", Json{{"platform", change.platform}, {"native_id", change.native_meeting_id}}},
      {"payload", std::move(payload)},
      {"ts", format_time(change.at)}};
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

std::string mapping_of(const SpokenSegment& segment) {
  if (!segment.mapping.empty()) return segment.mapping;
  return segment.speaker.empty() ? "UNKNOWN" : "MAPPED";
}

struct TextOf {
  std::string operator()(const StatusChanged& change) const {
    Json payload{{"status", change.state}};
    if (!change.phase.empty()) payload["phase"] = change.phase;
    return types::dump(frame("meeting.status", change, std::move(payload)));
  }

  std::string operator()(const TranscriptChanged& change) const {
    auto segments = Json::array();
    for (const auto& segment : change.segments) {
      segments.push_back(Json{{"start", segment.start},
                              {"text", segment.text},
                              {"end_time", segment.end},
                              {"language", text_or_null(segment.language)},
                              {"updated_at", format_time(change.at)},
                              {"session_uid", change.session_uid},
                              {"speaker", text_or_null(segment.speaker)},
                              {"speaker_mapping_status", mapping_of(segment)},
                              {"absolute_start_time", format_time(segment.absolute_start)},
                              {"absolute_end_time", format_time(segment.absolute_end)}});
    }
    return types::dump(
        frame("transcript.mutable", change, Json{{"segments", std::move(segments)}}));
  }

  std::string operator()(const RelayedFrame& relayed) const { return relayed.text; }
};

}  // namespace

std::string frame_text(const Event& event) {
  return std::visit(TextOf{}, event);
}

}  // namespace bot::events
