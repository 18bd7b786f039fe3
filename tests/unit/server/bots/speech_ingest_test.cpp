#include "server/bots/speech_ingest.hpp"

#include <nlohmann/json.hpp>

#include "base/time_format.hpp"
#include "server/store/speech_store.hpp"
#include "tests/unit/server/bots/world.hpp"

namespace bot::bots {
namespace {

using nlohmann::json;
using std::chrono::minutes;

class SpeechIngestTest : public World {
 protected:
  // What `bot_callback` paths and BOT_CONFIG hold as the secret.
  std::string token(std::int64_t meeting_id) {
    const auto uid = session_uid(meeting_id);
    std::string secret;
    EXPECT_TRUE(soon([&] {
      for (const auto& spec : runtime_.specs()) {
        if (spec.session_uid == uid) secret = spec.callback_secret;
      }
      return !secret.empty();
    }));
    return secret;
  }
  std::string next_id() {
    return std::to_string(clock_.now_ms()) + "-" + std::to_string(++number_);
  }
  events::StreamEntry said(const std::string& token,
                           const json& segments,
                           const std::string& uid = "u-1") {
    const json payload{
        {"type", "transcription"}, {"token", token}, {"uid", uid}, {"segments", segments}};
    return {.id = next_id(), .fields = {{"payload", payload.dump()}}};
  }
  events::StreamEntry begun(const std::string& token, const std::string& at) {
    const json payload{
        {"type", "session_start"}, {"token", token}, {"uid", "u-1"}, {"start_timestamp", at}};
    return {.id = next_id(), .fields = {{"payload", payload.dump()}}};
  }
  events::StreamEntry speaker(const std::string& token,
                              const std::string& type,
                              int at_ms,
                              const std::string& name) {
    return {.id = next_id(),
            .fields = {{"token", token},
                       {"uid", "u-1"},
                       {"event_type", type},
                       {"relative_client_timestamp_ms", std::to_string(at_ms)},
                       {"participant_name", name}}};
  }
  static json segment(double start, double end, const std::string& text) {
    return json::array({{{"start", start}, {"end", end}, {"text", text}, {"language", "en"}}});
  }

  std::vector<store::SegmentRow> transcript(std::int64_t meeting_id) {
    return database_.read([&](sql::Connection& connection) {
      return store::TranscriptStore(connection).of_meeting(meeting_id);
    });
  }
  std::vector<events::SpokenSegment> heard() {
    const std::scoped_lock lock(events_mutex_);
    std::vector<events::SpokenSegment> all;
    for (const auto& event : events_) {
      if (const auto* news = std::get_if<events::TranscriptChanged>(&event))
        all.insert(all.end(), news->segments.begin(), news->segments.end());
    }
    return all;
  }
  void take(const events::StreamEntry& entry) { speech_.take(std::span(&entry, 1)); }
  void take_speaker(const events::StreamEntry& entry) { speakers_.take(std::span(&entry, 1)); }

  int number_ = 0;
  std::vector<std::string> refused_;
  SpeechIngest speech_{{database_, lifecycle_, bus_, clock_},
                       decode_speech_entry,
                       [this](const auto& refusal) { refused_.push_back(refusal.reason); }};
  SpeechIngest speakers_{{database_, lifecycle_, bus_, clock_},
                         decode_speaker_entry,
                         [this](const auto& refusal) { refused_.push_back(refusal.reason); }};
};

using Texts = std::vector<std::string>;

TEST_F(SpeechIngestTest, SpeechIsStoredWithTheMeetingOfItsTokenAndTold) {
  const auto meeting = activate("a");
  take(said(token(meeting.id), segment(1.5, 3.25, "hello world")));

  const auto rows = transcript(meeting.id);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].text, "hello world");
  EXPECT_EQ(rows[0].start_s, 1.5);
  EXPECT_EQ(rows[0].end_s, 3.25);
  EXPECT_EQ(rows[0].language, "en");
  EXPECT_EQ(rows[0].speaker, std::nullopt);
  const auto news = heard();
  ASSERT_EQ(news.size(), 1u);
  EXPECT_EQ(news[0].mapping, "NO_SPEAKER_EVENTS");
  EXPECT_EQ(news[0].absolute_start, session(meeting.id).started_at + 1500);
  EXPECT_EQ(speech_.counts().stored, 1u);
}

TEST_F(SpeechIngestTest, TimesCountFromWhereTheBotSaysItsSpeechBegan) {
  const auto meeting = activate("a");
  const auto at = session(meeting.id).started_at + 5000;
  take(begun(token(meeting.id), format_time(at)));
  take(said(token(meeting.id), segment(1, 2, "later")));

  EXPECT_EQ(transcript(meeting.id).at(0).session_started_at, at);
  EXPECT_EQ(heard().at(0).absolute_start, at + 1000);
  take(begun(token(meeting.id), "2001-01-01T00:00:00Z"));
  EXPECT_EQ(refused_, Texts{"its start_timestamp is more than a day off"});
}

TEST_F(SpeechIngestTest, ASegmentIsOneRowWhoseNewestTextStays) {
  const auto meeting = activate("a");
  const auto older = said(token(meeting.id), segment(1, 2, "hel"));
  const auto newer = said(token(meeting.id), segment(1, 3, "hello"));
  take(newer);
  // Taken over from a server that died.
  take(older);
  take(newer);

  const auto rows = transcript(meeting.id);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].text, "hello");
  EXPECT_EQ(rows[0].end_s, 3);
  EXPECT_EQ(heard().size(), 1u);
}

TEST_F(SpeechIngestTest, WhoSpokeIsFoundByTheTurnsThatOverlap) {
  const auto meeting = activate("a");
  const auto key = token(meeting.id);
  take_speaker(speaker(key, "SPEAKER_START", 0, "Ann"));
  take_speaker(speaker(key, "SPEAKER_END", 2500, "Ann"));
  take_speaker(speaker(key, "SPEAKER_START", 2000, "Bob"));
  take(said(key, segment(0.5, 1.5, "I am Ann")));
  take(said(key, segment(2.2, 5, "I am Bob")));

  const auto rows = transcript(meeting.id);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].speaker, "Ann");
  EXPECT_EQ(rows[1].speaker, "Bob");
  EXPECT_EQ(heard().at(0).mapping, "MAPPED");
  EXPECT_EQ(heard().at(1).mapping, "MULTIPLE_CONCURRENT_SPEAKERS");
}

TEST_F(SpeechIngestTest, ASpeakerThatIsKnownLaterIsStoredAndToldLater) {
  const auto meeting = activate("a");
  const auto key = token(meeting.id);
  take(said(key, segment(1, 2, "first")));
  take(said(key, segment(3, 4, "second")));
  take_speaker(speaker(key, "SPEAKER_START", 900, "Ann"));
  EXPECT_EQ(transcript(meeting.id).at(1).speaker, "Ann");
  take_speaker(speaker(key, "SPEAKER_END", 2100, "Ann"));

  const auto rows = transcript(meeting.id);
  EXPECT_EQ(rows.at(0).speaker, "Ann");
  EXPECT_EQ(rows.at(1).speaker, std::nullopt);
  const auto news = heard();
  ASSERT_EQ(news.size(), 5u);
  EXPECT_EQ(news[2].speaker, "Ann");
  EXPECT_EQ(news[4].speaker, "");
  EXPECT_EQ(news[4].mapping, "UNKNOWN");
}

TEST_F(SpeechIngestTest, ASpeakerThatTheBotNamesIsKept) {
  const auto meeting = activate("a");
  const auto key = token(meeting.id);
  auto named = segment(1, 2, "me");
  named[0]["speaker"] = "Carol";
  take(said(key, named));
  take_speaker(speaker(key, "SPEAKER_START", 0, "Ann"));

  EXPECT_EQ(transcript(meeting.id).at(0).speaker, "Carol");
}

TEST_F(SpeechIngestTest, WhatCannotBeTakenIsCountedAndHoldsNothingUp) {
  const auto meeting = activate("a");
  const std::vector<events::StreamEntry> entries = {said("a stranger's token", segment(1, 2, "no")),
                                                    {.id = next_id(), .fields = {{"payload", "{"}}},
                                                    {.id = next_id(), .fields = {{"other", "x"}}},
                                                    said(token(meeting.id), segment(1, 2, "yes"))};
  speech_.take(entries);

  EXPECT_EQ(transcript(meeting.id).size(), 1u);
  EXPECT_EQ(speech_.counts().stored, 1u);
  EXPECT_EQ(speech_.counts().refused, 3u);
  EXPECT_EQ(refused_,
            (Texts{"its token is that of no session",
                   "the payload is not a JSON object",
                   "the field payload is missing"}));
}

TEST_F(SpeechIngestTest, AnEntryThatCannotBeDealtWithHoldsNothingUp) {
  const auto meeting = activate("a");
  const auto fragile = [](const events::StreamEntry& entry) {
    if (entry.field("poison") != nullptr) throw std::length_error("too long");
    return decode_speech_entry(entry);
  };
  SpeechIngest ingest({database_, lifecycle_, bus_, clock_}, fragile, [this](const auto& refusal) {
    refused_.push_back(refusal.reason);
  });
  const std::vector<events::StreamEntry> entries = {{.id = next_id(), .fields = {{"poison", ""}}},
                                                    said(token(meeting.id), segment(1, 2, "yes"))};
  ingest.take(entries);

  EXPECT_EQ(transcript(meeting.id).size(), 1u);
  EXPECT_EQ(refused_, Texts{"the server fails to deal with it"});
}

TEST_F(SpeechIngestTest, ATokenReachesItsOwnMeetingOnlyWhateverTheEntrySays) {
  const auto mine = activate("mine");
  const auto other = activate("other");
  take(said(token(mine.id), segment(1, 2, "here"), session_uid(other.id)));

  EXPECT_EQ(transcript(other.id).size(), 0u);
  EXPECT_EQ(transcript(mine.id).size(), 1u);
}

TEST_F(SpeechIngestTest, TheLastWordsAreTakenAfterTheEndAndNoLaterOnes) {
  const auto meeting = activate("a");
  const auto key = token(meeting.id);
  ASSERT_TRUE(exit(meeting.id, 0, "left_alone"));
  const auto last = said(key, segment(1, 2, "bye"));
  clock_.advance(minutes{5});
  // Sent in time, whenever it is read.
  take(last);
  take(said(key, segment(3, 4, "from beyond")));

  EXPECT_EQ(transcript(meeting.id).size(), 1u);
  EXPECT_EQ(refused_, Texts{"it was sent after the end of its session"});
}

TEST_F(SpeechIngestTest, AMeetingThatWasDeletedStaysEmpty) {
  const auto meeting = activate("a");
  const auto key = token(meeting.id);
  take_speaker(speaker(key, "SPEAKER_START", 0, "Ann"));
  ASSERT_TRUE(exit(meeting.id, 0, "left_alone"));
  database_.write([&](sql::Connection& connection) {
    store::MeetingStore(connection).anonymise(meeting.id, clock_.now_ms());
  });
  take(said(key, segment(1, 2, "late")));

  EXPECT_EQ(transcript(meeting.id).size(), 0u);
  EXPECT_EQ(refused_, Texts{"its meeting was deleted"});
  EXPECT_TRUE(database_
                  .read([&](sql::Connection& connection) {
                    return store::SpeechStore(connection).events(meeting.id, "u-1", 0, 1000);
                  })
                  .empty());
}

TEST_F(SpeechIngestTest, SpeechIsASignOfLife) {
  const auto meeting = activate("a");
  clock_.advance(minutes{1});
  take(said(token(meeting.id), segment(1, 2, "alive")));

  EXPECT_EQ(row(meeting.id).heartbeat_at, clock_.now_ms());
}

TEST_F(SpeechIngestTest, WhatWasSentLongAgoIsNoSignOfLifeNow) {
  const auto meeting = activate("a");
  const auto sent_at = clock_.now_ms();
  const auto entry = said(token(meeting.id), segment(1, 2, "then"));
  clock_.advance(minutes{10});
  take(entry);
  EXPECT_LE(row(meeting.id).heartbeat_at, sent_at);

  // By a clock that is ahead of ours.
  events::StreamEntry early = said(token(meeting.id), segment(3, 4, "soon"));
  early.id = std::to_string(clock_.now_ms() + 60'000) + "-0";
  take(early);
  EXPECT_EQ(row(meeting.id).heartbeat_at, clock_.now_ms());
}

TEST_F(SpeechIngestTest, WhatIsRefusedIsNoSignOfLife) {
  const auto meeting = activate("a");
  const auto before = row(meeting.id).heartbeat_at;
  clock_.advance(minutes{1});
  take(begun(token(meeting.id), "2001-01-01T00:00:00Z"));

  EXPECT_EQ(refused_.size(), 1u);
  EXPECT_EQ(row(meeting.id).heartbeat_at, before);
}

TEST_F(SpeechIngestTest, AStartThatIsTakenOverLateReplacesNoNewerOne) {
  const auto meeting = activate("a");
  const auto key = token(meeting.id);
  const auto at = session(meeting.id).started_at;
  const auto older = begun(key, format_time(at + 1000));
  const auto newer = begun(key, format_time(at + 5000));
  take(newer);
  take(older);
  take(said(key, segment(1, 2, "x")));

  EXPECT_EQ(transcript(meeting.id).at(0).session_started_at, at + 5000);
}

TEST_F(SpeechIngestTest, AnEntryThatComesAgainIsCountedAsSuch) {
  const auto meeting = activate("a");
  const auto key = token(meeting.id);
  const auto entry = said(key, segment(1, 2, "once"));
  take(entry);
  take(entry);

  EXPECT_EQ(speech_.counts().stored, 1u);
  EXPECT_EQ(speech_.counts().unchanged, 1u);
  EXPECT_EQ(speech_.counts().refused, 0u);
}

TEST_F(SpeechIngestTest, EachMeetingsSpeechIsATransactionOfItsOwn) {
  const auto one = activate("one");
  const auto two = activate("two");
  std::vector<events::StreamEntry> entries;
  for (int i = 0; i < 3; ++i) {
    entries.push_back(said(token(one.id), segment(i, i + 1, "first")));
    entries.push_back(said(token(two.id), segment(i, i + 1, "second")));
  }
  const auto before = database_.statistics().writes;
  speech_.take(entries);

  EXPECT_EQ(database_.statistics().writes - before, 2u);
  EXPECT_EQ(transcript(one.id).size(), 3u);
  EXPECT_EQ(transcript(two.id).size(), 3u);
}

TEST_F(SpeechIngestTest, NoTransactionHasMoreThanSomeHundredSegmentsOfSeveralEntries) {
  const auto meeting = activate("a");
  std::vector<events::StreamEntry> entries;
  for (int i = 0; i < 4; ++i) {
    auto many = json::array();
    for (int j = 0; j < 200; ++j)
      many.push_back({{"start", i * 200 + j}, {"end", i * 200 + j + 1}, {"text", "x"}});
    entries.push_back(said(token(meeting.id), many));
  }
  const auto before = database_.statistics().writes;
  speech_.take(entries);

  EXPECT_EQ(database_.statistics().writes - before, 2u);
  EXPECT_EQ(transcript(meeting.id).size(), 800u);
}

TEST_F(SpeechIngestTest, ARefusalSaysWhichMeetingWasMeant) {
  const auto meeting = activate("a");
  std::vector<std::int64_t> meant;
  SpeechIngest ingest({database_, lifecycle_, bus_, clock_},
                      decode_speech_entry,
                      [&](const auto& refusal) { meant.push_back(refusal.meeting_id); });
  const std::vector<events::StreamEntry> entries = {
      said("a stranger's", segment(1, 2, "x")), begun(token(meeting.id), "2001-01-01T00:00:00Z")};
  ingest.take(entries);

  EXPECT_EQ(meant, (std::vector<std::int64_t>{0, meeting.id}));
}

}  // namespace
}  // namespace bot::bots
