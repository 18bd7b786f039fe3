#include "server/bots/speech_entries.hpp"

#include <gtest/gtest.h>

namespace bot::bots {
namespace {

using Segments = std::vector<ReportedSegment>;

Result<StreamedSpeech> speech(const std::string& payload) {
  return decode_speech_entry({.id = "1-0", .fields = {{"payload", payload}}});
}
std::string refusal(const std::string& payload) {
  const auto decoded = speech(payload);
  return decoded ? "" : decoded.error().message;
}

// As the original bot's WhisperLive writes them (contract §4).
TEST(SpeechEntry, ASessionStartSaysSinceWhenTimesCount) {
  const auto decoded = speech(
      R"({"type":"session_start","token":"t","platform":"google_meet","meeting_id":"aaa-bbbb-ccc",)"
      R"("uid":"u-1","start_timestamp":"2026-01-01T00:00:00.000Z"})");

  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->token, "t");
  EXPECT_EQ(decoded->uid, "u-1");
  EXPECT_EQ(std::get<SpeechBegins>(decoded->what).at, 1767225600000);
}

TEST(SpeechEntry, ATranscriptionHasSegmentsWithTimesAsNumbersOrTexts) {
  const auto decoded = speech(
      R"({"type":"transcription","token":"t","platform":"google_meet","meeting_id":"aaa-bbbb-ccc",)"
      R"("uid":"u-1","segments":[)"
      R"({"start":1.5,"end":3.25,"text":"hello world","language":"en"},)"
      R"({"start":"3.250","end":"4.000","text":" and on","completed":false}]})");

  ASSERT_TRUE(decoded) << decoded.error().message;
  const auto& segments = std::get<Segments>(decoded->what);
  ASSERT_EQ(segments.size(), 2u);
  EXPECT_EQ(segments[0].start, 1.5);
  EXPECT_EQ(segments[0].end, 3.25);
  EXPECT_EQ(segments[0].text, "hello world");
  EXPECT_EQ(segments[0].language, "en");
  EXPECT_EQ(segments[0].speaker, "");
  EXPECT_EQ(segments[1].start, 3.25);
  EXPECT_EQ(segments[1].end, 4.0);
}

TEST(SpeechEntry, WithoutATypeItIsATranscription) {
  EXPECT_TRUE(std::holds_alternative<Segments>(speech(R"({"token":"t","segments":[]})")->what));
}

TEST(SpeechEntry, ASessionEndIsUnderstood) {
  const auto decoded = speech(
      R"({"type":"session_end","token":"t","uid":"u-1","end_timestamp":"2026-01-01T00:10:00Z"})");
  EXPECT_TRUE(std::holds_alternative<SpeechEnds>(decoded->what));
}

TEST(SpeechEntry, WhatIsNoSpeechIsLeftOutAndTheRestIsTaken) {
  const auto decoded = speech(
      R"({"token":"t","segments":[7,{"text":"no times"},{"start":1,"end":2,"text":"  "},)"
      R"({"start":-1,"end":2,"text":"x"},{"start":"1s","end":2,"text":"x"},)"
      R"({"start":1e300,"end":2,"text":"x"},{"start":1,"end":1.0001,"text":"x"},)"
      R"({"start":5,"end":4,"text":"turned","language":"much longer than a language","speaker":7}]})");

  const auto& segments = std::get<Segments>(decoded->what);
  ASSERT_EQ(segments.size(), 1u);
  EXPECT_EQ(segments[0].start, 4);
  EXPECT_EQ(segments[0].end, 5);
  EXPECT_EQ(segments[0].language, "");
}

TEST(SpeechEntry, WhatCannotBeReadIsRefusedInWordsOfOurs) {
  EXPECT_EQ(refusal("{"), "the payload is not a JSON object");
  EXPECT_EQ(refusal("[1]"), "the payload is not a JSON object");
  EXPECT_EQ(refusal("{\"token\":\"\xff\"}"), "the payload is not a JSON object");
  EXPECT_EQ(refusal(std::string(100, '[')), "the payload is nested too deeply");
  EXPECT_EQ(refusal(std::string((1 << 20) + 1, ' ')), "the payload is larger than 1 MiB");
  EXPECT_EQ(refusal(R"({"segments":[]})"), "the token is missing");
  EXPECT_EQ(refusal(R"({"token":7,"segments":[]})"), "the token is missing");
  EXPECT_EQ(refusal(R"({"token":"t"})"), "the segments are not a list");
  EXPECT_EQ(refusal(R"({"token":"t","type":"hunter2"})"), "the type is none that is known");
  EXPECT_EQ(refusal(R"({"token":"t","type":"session_start","start_timestamp":"hunter2"})"),
            "the start_timestamp is not a time");
  EXPECT_EQ(refusal("{\"token\":\"t\",\"uid\":\"a\\n\",\"segments\":[]}"),
            "the uid is longer than 255 bytes or no plain text");
  EXPECT_EQ(decode_speech_entry({.id = "1-0", .fields = {{"x", "y"}}}).error().message,
            "the field payload is missing");
}

events::StreamEntry speaker_entry(const std::string& changed = "", const std::string& value = "") {
  events::StreamEntry entry{.id = "1-0",
                            .fields = {{"uid", "u-1"},
                                       {"relative_client_timestamp_ms", "1500.6"},
                                       {"event_type", "SPEAKER_START"},
                                       {"participant_name", "Ann"},
                                       {"participant_id_meet", "spaces/1/devices/2"},
                                       {"token", "t"},
                                       {"platform", "google_meet"},
                                       {"meeting_id", "aaa-bbbb-ccc"},
                                       {"meeting_url", "https://meet.google.com/aaa-bbbb-ccc"},
                                       {"server_received_timestamp_iso", "2026-01-01T00:00:02Z"}}};
  for (auto& [name, now] : entry.fields) {
    if (name == changed) now = value;
  }
  return entry;
}

TEST(SpeakerEntry, SaysWhoBeganOrEndedWhen) {
  const auto decoded = decode_speaker_entry(speaker_entry());
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->token, "t");
  EXPECT_EQ(decoded->uid, "u-1");
  EXPECT_EQ(
      std::get<domain::SpeakerEvent>(decoded->what),
      (domain::SpeakerEvent{1501, domain::SpeakerEvent::Kind::start, "spaces/1/devices/2", "Ann"}));

  const auto ended = decode_speaker_entry(speaker_entry("event_type", "SPEAKER_END"));
  EXPECT_EQ(std::get<domain::SpeakerEvent>(ended->what).kind, domain::SpeakerEvent::Kind::end);
}

TEST(SpeakerEntry, APersonIsToldApartByNameWhereThereIsNoId) {
  const auto decoded = decode_speaker_entry(speaker_entry("participant_id_meet", ""));
  EXPECT_EQ(std::get<domain::SpeakerEvent>(decoded->what).participant, "Ann");
}

TEST(SpeakerEntry, WhatCannotBeReadIsRefused) {
  for (const auto& [name, value] : {std::pair("event_type", "SPEAKER_COUGHS"),
                                    std::pair("relative_client_timestamp_ms", "soon"),
                                    std::pair("relative_client_timestamp_ms", "nan"),
                                    std::pair("relative_client_timestamp_ms", "1e30"),
                                    std::pair("participant_name", "\xff"),
                                    std::pair("token", "")}) {
    const auto decoded = decode_speaker_entry(speaker_entry(name, value));
    ASSERT_FALSE(decoded) << name << " " << value;
    EXPECT_EQ(decoded.error().code, Errc::invalid_argument);
  }
}

}  // namespace
}  // namespace bot::bots
