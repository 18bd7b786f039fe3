#include "server/domain/speaker_turns.hpp"

#include <gtest/gtest.h>

namespace bot::domain {
namespace {

SpeakerEvent start(std::int64_t at_ms, const std::string& name) {
  return {at_ms, SpeakerEvent::Kind::start, "id of " + name, name};
}
SpeakerEvent end(std::int64_t at_ms, const std::string& name) {
  return {at_ms, SpeakerEvent::Kind::end, "id of " + name, name};
}
SpokenBy mapped(const std::string& name) {
  return {SpeakerMapping::mapped, name};
}

TEST(SpeakerTurns, WhoSpeaksIsWhoHasBegunAndNotEnded) {
  const SpeakerTurns turns({start(1000, "Ann"), end(3000, "Ann"), start(3000, "Bob")});

  EXPECT_EQ(turns.speaker_of(1500, 2500), mapped("Ann"));
  EXPECT_EQ(turns.speaker_of(0, 1500), mapped("Ann"));
  EXPECT_EQ(turns.speaker_of(3000, 4000), mapped("Bob"));
  EXPECT_EQ(turns.speaker_of(900'000, 901'000), mapped("Bob"));
  EXPECT_EQ(turns.speaker_of(0, 1000), (SpokenBy{SpeakerMapping::unknown, ""}));
}

TEST(SpeakerTurns, OfSeveralTheOneWhoSpokeLongest) {
  const SpeakerTurns turns({start(0, "Ann"), start(1000, "Bob"), end(2000, "Ann")});

  EXPECT_EQ(turns.speaker_of(1500, 4000), (SpokenBy{SpeakerMapping::several, "Bob"}));
  EXPECT_EQ(turns.speaker_of(500, 2000), (SpokenBy{SpeakerMapping::several, "Ann"}));
  // As long as each other.
  EXPECT_EQ(turns.speaker_of(1000, 2000), (SpokenBy{SpeakerMapping::several, "Ann"}));
}

TEST(SpeakerTurns, SeveralTurnsOfOneCountTogether) {
  const SpeakerTurns turns({start(0, "Ann"),
                            end(400, "Ann"),
                            start(400, "Bob"),
                            end(1000, "Bob"),
                            start(1000, "Ann"),
                            end(1300, "Ann")});

  EXPECT_EQ(turns.speaker_of(0, 1300), (SpokenBy{SpeakerMapping::several, "Ann"}));
}

TEST(SpeakerTurns, TheOrderOfTheEventsAndStrayOnesDoNotMatter) {
  const SpeakerTurns turns(
      {end(3000, "Ann"), start(2000, "Ann"), start(1000, "Ann"), end(500, "Ann"), end(9, "Bob")});

  EXPECT_EQ(turns.speaker_of(1000, 3000), mapped("Ann"));
  EXPECT_EQ(turns.speaker_of(3000, 4000).mapping, SpeakerMapping::unknown);
  EXPECT_EQ(turns.speaker_of(0, 900).mapping, SpeakerMapping::unknown);
}

TEST(SpeakerTurns, WithoutEventsThatIsSaid) {
  EXPECT_EQ(SpeakerTurns({}).speaker_of(0, 1000), (SpokenBy{SpeakerMapping::no_events, ""}));
  EXPECT_EQ(to_string(SpeakerMapping::no_events), "NO_SPEAKER_EVENTS");
  EXPECT_EQ(to_string(SpeakerMapping::several), "MULTIPLE_CONCURRENT_SPEAKERS");
}

}  // namespace
}  // namespace bot::domain
