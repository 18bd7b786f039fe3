#include "server/bots/speech_writing.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "server/store/meeting_store.hpp"
#include "server/store/session_store.hpp"
#include "server/store/speech_store.hpp"

namespace bot::bots {
namespace {

using domain::SpeakerEvent;

// What was said last may come after the bot has gone.
constexpr Millis after_the_end = std::chrono::minutes{1};
// Nobody speaks longer without an event.
constexpr std::int64_t longest_turn_ms = std::int64_t{30} * 60'000;
// How far a bot's clock may be off ours.
constexpr Millis clock_error = std::chrono::hours{24};

std::int64_t milliseconds(double seconds) {
  return std::llround(seconds * 1000);
}

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// What one transaction does to one meeting, which it holds.
class Writing {
 public:
  Writing(sql::Connection& connection, UnixMillis now, SpeechOutcome& outcome)
      : connection_(connection), speech_(connection), now_(now), outcome_(outcome) {}

  // REQUIRES: all of one meeting.
  void write(std::span<const SpeechLetter> letters) {
    const auto meeting = store::MeetingStore(connection_).hold(letters[0].sender.meeting_id);
    for (const auto& letter : letters) {
      const auto problem = meeting ? open(*meeting, letter) : "its meeting was deleted";
      if (!problem.empty()) {
        outcome_.refused.push_back({letter.entry_id, problem, letter.sender.meeting_id});
        continue;
      }
      const bool is_new =
          std::visit([&](const auto& what) { return apply(letter, what); }, letter.speech.what);
      ++(is_new ? outcome_.stored : outcome_.unchanged);
      auto& alive = alive_[letter.sender.session_uid];
      alive = std::max(alive, std::min(letter.at, now_));
    }
    for (const auto& [place, from_ms] : unmapped_)
      map_again(place.first, place.second, from_ms);
    for (const auto& [uid, at] : alive_)
      store::SessionStore(connection_).heartbeat(uid, at);
  }

 private:
  using Segments = std::vector<ReportedSegment>;

  // Why the letter cannot be taken; empty, with the members set, when it can.
  std::string open(const store::MeetingRow& meeting, const SpeechLetter& letter) {
    if (!meeting.native_meeting_id) return "its meeting was deleted";
    auto& session = sessions_[letter.sender.session_uid];
    if (!session) session = store::SessionStore(connection_).find_by_uid(letter.sender.session_uid);
    if (!session) return "its session was replaced";
    const auto ended = session->ended_at ? session->ended_at : meeting.end_time;
    if (ended && letter.at > *ended + after_the_end.count())
      return "it was sent after the end of its session";
    meeting_ = &meeting;
    uid_ = letter.speech.uid.empty() ? session->session_uid : letter.speech.uid;
    const auto known = speech_.start_of(meeting.id, uid_);
    started_at_ = known.value_or(session->started_at);
    says_its_start_ = known || uid_ == session->session_uid;
    const auto* begins = std::get_if<SpeechBegins>(&letter.speech.what);
    if (begins != nullptr && (begins->at < session->started_at - clock_error.count() ||
                              begins->at > now_ + clock_error.count())) {
      return "its start_timestamp is more than a day off";
    }
    return "";
  }

  // Each says whether it changed what is stored.
  bool apply(const SpeechLetter& letter, const SpeechBegins& begins) {
    return speech_.set_start(meeting_->id, uid_, begins.at, letter.position);
  }

  bool apply(const SpeechLetter& /*letter*/, const SpeechEnds& /*ends*/) { return false; }

  bool apply(const SpeechLetter& letter, const Segments& segments) {
    if (segments.empty()) return false;
    // Under a uid that never said when it began, times count from the session's start.
    if (!says_its_start_) speech_.set_start(meeting_->id, uid_, started_at_, 0);
    const auto spoken_by = speakers_of(segments);
    std::vector<store::HeardSegment> heard;
    for (std::size_t i = 0; i < segments.size(); ++i)
      heard.push_back(heard_from(segments[i], spoken_by[i], letter.position));
    const auto changed = speech_.put_all(meeting_->id, heard, now_);
    auto news = nothing_spoken(uid_, started_at_);
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const auto& segment = segments[i];
      if (!changed[i]) continue;
      say(news, segment.start, segment.end, segment.text, segment.language, spoken_by[i]);
    }
    if (news.segments.empty()) return false;
    outcome_.spoken.push_back(std::move(news));
    return true;
  }

  bool apply(const SpeechLetter& /*letter*/, const SpeakerEvent& event) {
    if (!speech_.add_event(meeting_->id, uid_, event, now_)) return false;
    const auto [found, is_new] = unmapped_.try_emplace(std::pair(uid_, started_at_), event.at_ms);
    if (!is_new) found->second = std::min(found->second, event.at_ms);
    return true;
  }

  std::vector<domain::SpokenBy> speakers_of(const Segments& segments) {
    const auto first = std::min_element(
        segments.begin(), segments.end(), [](auto& a, auto& b) { return a.start < b.start; });
    const auto last = std::max_element(
        segments.begin(), segments.end(), [](auto& a, auto& b) { return a.end < b.end; });
    const auto turns = turns_between(milliseconds(first->start), milliseconds(last->end));
    std::vector<domain::SpokenBy> speakers;
    for (const auto& segment : segments) {
      speakers.push_back(
          segment.speaker.empty()
              ? turns.speaker_of(milliseconds(segment.start), milliseconds(segment.end))
              : domain::SpokenBy{domain::SpeakerMapping::mapped, segment.speaker});
    }
    return speakers;
  }

  store::HeardSegment heard_from(const ReportedSegment& segment,
                                 const domain::SpokenBy& speaker,
                                 std::int64_t position) const {
    return {{uid_,
             uid_ + ":" + std::to_string(milliseconds(segment.start)),
             segment.start,
             segment.end,
             segment.text,
             unless_empty(speaker.name),
             unless_empty(segment.language)},
            position,
            segment.speaker.empty()};
  }

  // An event changes who spoke from its time on.
  void map_again(const std::string& uid, UnixMillis started_at, std::int64_t from_ms) {
    uid_ = uid;
    const auto segments = speech_.mapped_after(meeting_->id, uid, from_ms);
    if (segments.empty()) return;
    std::int64_t end = 0;
    for (const auto& segment : segments)
      end = std::max(end, milliseconds(segment.end_s));
    const auto turns = turns_between(milliseconds(segments.front().start_s), end);
    auto news = nothing_spoken(uid, started_at);
    std::vector<store::SegmentSpeaker> speakers;
    for (const auto& segment : segments) {
      const auto speaker =
          turns.speaker_of(milliseconds(segment.start_s), milliseconds(segment.end_s));
      if (unless_empty(speaker.name) == segment.speaker) continue;
      speakers.push_back({segment.id, unless_empty(speaker.name)});
      say(news,
          segment.start_s,
          segment.end_s,
          segment.text,
          segment.language.value_or(""),
          speaker);
    }
    speech_.set_speakers(speakers);
    if (!news.segments.empty()) outcome_.spoken.push_back(std::move(news));
  }

  domain::SpeakerTurns turns_between(std::int64_t start_ms, std::int64_t end_ms) {
    return domain::SpeakerTurns(
        speech_.events(meeting_->id, uid_, start_ms - longest_turn_ms, end_ms));
  }

  events::TranscriptChanged nothing_spoken(const std::string& uid, UnixMillis started_at) {
    spoken_from_ = started_at;
    return {meeting_->id,
            meeting_->user_id,
            meeting_->platform,
            meeting_->native_meeting_id.value_or(""),
            uid,
            {},
            now_};
  }

  void say(events::TranscriptChanged& news,
           double start,
           double end,
           const std::string& text,
           const std::string& language,
           const domain::SpokenBy& speaker) const {
    news.segments.push_back({start,
                             end,
                             text,
                             language,
                             speaker.name,
                             spoken_from_ + milliseconds(start),
                             spoken_from_ + milliseconds(end),
                             std::string(domain::to_string(speaker.mapping))});
  }

  sql::Connection& connection_;
  store::SpeechStore speech_;
  const UnixMillis now_;
  SpeechOutcome& outcome_;
  std::map<std::string, std::optional<store::SessionRow>> sessions_;
  // When the newest entry of each session was sent.
  std::map<std::string, UnixMillis> alive_;
  // From when on speakers are to be found again, by uid and its start.
  std::map<std::pair<std::string, UnixMillis>, std::int64_t> unmapped_;
  // Of the letter that is open:
  const store::MeetingRow* meeting_ = nullptr;
  std::string uid_;
  UnixMillis started_at_ = 0;
  bool says_its_start_ = false;
  UnixMillis spoken_from_ = 0;
};

}  // namespace

SpeechOutcome write_speech(sql::Connection& connection,
                           std::span<const SpeechLetter> letters,
                           UnixMillis now) {
  SpeechOutcome outcome;
  Writing(connection, now, outcome).write(letters);
  return outcome;
}

}  // namespace bot::bots
