#include "server/bots/reference_bot.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace bot::bots {
namespace {

BotSettings settings(Script script = Script::normal) {
  BotSettings result;
  result.clocks.join_delay = Millis{200};
  result.clocks.heartbeat_interval = Millis{1000};
  result.clocks.segment_interval = Millis{300};
  result.clocks.leave_delay = Millis{50};
  result.script = script;
  return result;
}

// Runs a bot along its own wake-up times up to and including `until`.
BotOutputs run(ReferenceBot& bot, Millis until) {
  BotOutputs all;
  while (const auto next = bot.wake_at()) {
    if (*next > until) break;
    const auto now = bot.tick(*next);
    all.insert(all.end(), now.begin(), now.end());
  }
  return all;
}

template <typename T>
std::vector<T> only(const BotOutputs& outputs) {
  std::vector<T> found;
  for (const auto& output : outputs) {
    if (const auto* match = std::get_if<T>(&output)) found.push_back(*match);
  }
  return found;
}

std::vector<std::string> statuses(const BotOutputs& outputs) {
  std::vector<std::string> names;
  for (const auto& status : only<StatusOutput>(outputs))
    names.push_back(status.status);
  return names;
}

int long_words(const std::string& text) {
  std::istringstream words(text);
  int count = 0;
  for (std::string word; words >> word;)
    count += word.size() >= 3 ? 1 : 0;
  return count;
}

const std::vector<std::string> all_phases{"joining", "awaiting_admission", "active"};

TEST(ReferenceBot, JoinsThroughTheLobbyInItsJoinDelay) {
  ReferenceBot bot(settings());
  EXPECT_EQ(statuses(bot.start(Millis{1000})), (std::vector<std::string>{"joining"}));
  EXPECT_EQ(bot.wake_at(), Millis{1100});
  EXPECT_EQ(statuses(bot.tick(Millis{1099})), std::vector<std::string>{});
  EXPECT_EQ(statuses(bot.tick(Millis{1100})), (std::vector<std::string>{"awaiting_admission"}));
  EXPECT_EQ(statuses(bot.tick(Millis{1200})), (std::vector<std::string>{"active"}));
}

TEST(ReferenceBot, WithoutAJoinDelayIsActiveAtOnce) {
  auto fast = settings();
  fast.clocks.join_delay = Millis{0};
  ReferenceBot bot(fast);
  EXPECT_EQ(statuses(bot.start(Millis{5})), all_phases);
}

TEST(ReferenceBot, CatchesUpWhenItWasHeldUp) {
  ReferenceBot bot(settings());
  bot.start(Millis{0});
  const auto late = bot.tick(Millis{60'000});
  EXPECT_EQ(statuses(late), (std::vector<std::string>{"awaiting_admission", "active"}));
  EXPECT_EQ(only<HeartbeatOutput>(late).size(), 1U);
}

TEST(ReferenceBot, SpeaksOncePerIntervalInItsLanguage) {
  auto french = settings();
  french.language = "fr";
  ReferenceBot bot(french);
  bot.start(Millis{0});
  const auto spoken = only<SegmentOutput>(run(bot, Millis{200 + 4 * 300}));
  ASSERT_EQ(spoken.size(), 4U);
  double end = 0;
  for (const auto& segment : spoken) {
    EXPECT_EQ(segment.language, "fr");
    EXPECT_GE(long_words(segment.text), 3) << segment.text;
    EXPECT_FALSE(segment.speaker.empty());
    EXPECT_GE(segment.start, end);
    EXPECT_GT(segment.end, segment.start);
    end = segment.end;
  }
}

TEST(ReferenceBot, SendsHeartbeatsFromItsStart) {
  ReferenceBot bot(settings());
  bot.start(Millis{0});
  EXPECT_EQ(only<HeartbeatOutput>(run(bot, Millis{5000})).size(), 5U);
}

TEST(ReferenceBot, ReconfigureIsAcknowledgedAndHeardAtOnce) {
  auto english = settings();
  english.task = "transcribe";
  ReferenceBot bot(english);
  bot.start(Millis{0});
  run(bot, Millis{250});
  const auto out = bot.receive({1, "reconfigure", "es", std::nullopt}, Millis{260});
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0], BotOutput(AckOutput{1, "applied", "es", "transcribe"}));
  EXPECT_EQ(std::get<SegmentOutput>(out[1]).language, "es");
}

TEST(ReferenceBot, ReconfigureKeepsWhatIsNotGiven) {
  ReferenceBot bot(settings());
  bot.start(Millis{0});
  run(bot, Millis{250});
  bot.receive({1, "reconfigure", "de", "translate"}, Millis{260});
  bot.receive({2, "reconfigure", std::nullopt, "transcribe"}, Millis{261});
  EXPECT_EQ(bot.language(), "de");
  EXPECT_EQ(bot.task(), "transcribe");
}

TEST(ReferenceBot, TwoSegmentsInOneMillisecondDoNotCoverEachOther) {
  ReferenceBot bot(settings());
  bot.start(Millis{0});
  run(bot, Millis{250});
  const auto first = only<SegmentOutput>(bot.receive({1, "reconfigure", "es", {}}, Millis{260}));
  const auto second = only<SegmentOutput>(bot.receive({2, "reconfigure", "fr", {}}, Millis{260}));
  ASSERT_EQ(first.size(), 1U);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_GE(second[0].start, first[0].end);
}

TEST(ReferenceBot, ObeysARepeatedCommandOnce) {
  ReferenceBot bot(settings());
  bot.start(Millis{0});
  run(bot, Millis{250});
  EXPECT_FALSE(bot.receive({3, "reconfigure", "es", {}}, Millis{260}).empty());
  EXPECT_TRUE(bot.receive({3, "reconfigure", "fr", {}}, Millis{261}).empty());
  EXPECT_TRUE(bot.receive({2, "reconfigure", "fr", {}}, Millis{262}).empty());
  EXPECT_EQ(bot.language(), "es");
}

TEST(ReferenceBot, LeavesWithCodeZero) {
  ReferenceBot bot(settings());
  bot.start(Millis{0});
  run(bot, Millis{250});
  const auto asked = bot.receive({1, "leave", {}, {}}, Millis{260});
  EXPECT_EQ(only<AckOutput>(asked).at(0).outcome, "leaving");
  EXPECT_FALSE(bot.finished());
  const auto out = run(bot, Millis{310});
  EXPECT_EQ(only<ExitOutput>(out), (std::vector<ExitOutput>{{0, "self_initiated_leave", true}}));
  EXPECT_TRUE(bot.finished());
  EXPECT_EQ(bot.wake_at(), std::nullopt);
}

TEST(ReferenceBot, ASecondLeaveDoesNotPutOffTheEnd) {
  ReferenceBot bot(settings());
  bot.start(Millis{0});
  bot.receive({1, "leave", {}, {}}, Millis{10});
  bot.receive({2, "leave", {}, {}}, Millis{55});
  bot.tick(Millis{60});
  EXPECT_TRUE(bot.finished());
}

TEST(ReferenceBot, AcknowledgesWhatItDoesNotKnow) {
  ReferenceBot bot(settings());
  bot.start(Millis{0});
  const auto out = bot.receive({1, "dance", {}, {}}, Millis{10});
  EXPECT_EQ(only<AckOutput>(out).at(0).outcome, "ignored");
}

TEST(ReferenceBot, EndsAtOnceOnASignal) {
  ReferenceBot bot(settings());
  bot.start(Millis{0});
  EXPECT_EQ(bot.end(143, "signal_sigterm"), (BotOutputs{ExitOutput{143, "signal_sigterm", true}}));
  EXPECT_TRUE(bot.end(143, "signal_sigterm").empty());
}

TEST(ReferenceBotScripts, NeverStartsIsNeverHeardOf) {
  ReferenceBot bot(settings(Script::never_starts));
  EXPECT_TRUE(bot.start(Millis{0}).empty());
  EXPECT_EQ(bot.wake_at(), std::nullopt);
  EXPECT_TRUE(bot.tick(Millis{100'000}).empty());
  EXPECT_FALSE(bot.listens());
  EXPECT_TRUE(bot.receive({1, "leave", {}, {}}, Millis{5}).empty());
}

TEST(ReferenceBotScripts, HangStaysInTheLobbyWithHeartbeats) {
  ReferenceBot bot(settings(Script::hang));
  bot.start(Millis{0});
  const auto out = run(bot, Millis{10'000});
  EXPECT_EQ(statuses(out), (std::vector<std::string>{"awaiting_admission"}));
  EXPECT_GE(only<HeartbeatOutput>(out).size(), 9U);
  bot.receive({1, "leave", {}, {}}, Millis{10'001});
  run(bot, Millis{10'051});
  EXPECT_TRUE(bot.finished());
}

TEST(ReferenceBotScripts, SilentIsActiveAndThenNotHeardOf) {
  ReferenceBot bot(settings(Script::silent));
  bot.start(Millis{0});
  EXPECT_EQ(statuses(run(bot, Millis{200})),
            (std::vector<std::string>{"awaiting_admission", "active"}));
  EXPECT_EQ(bot.wake_at(), std::nullopt);
  EXPECT_TRUE(bot.tick(Millis{100'000}).empty());
}

TEST(ReferenceBotScripts, DiesWithoutAWordWhenActive) {
  ReferenceBot bot(settings(Script::dies));
  bot.start(Millis{0});
  const auto out = run(bot, Millis{1000});
  EXPECT_EQ(statuses(out).back(), "active");
  EXPECT_EQ(std::get<ExitOutput>(out.back()), (ExitOutput{1, "crashed", false}));
}

TEST(ReferenceBotScripts, IgnoresLeaveButNothingElse) {
  ReferenceBot bot(settings(Script::ignores_leave));
  bot.start(Millis{0});
  run(bot, Millis{250});
  EXPECT_EQ(only<AckOutput>(bot.receive({1, "leave", {}, {}}, Millis{260})).at(0).outcome,
            "ignored");
  run(bot, Millis{5000});
  EXPECT_FALSE(bot.finished());
  bot.receive({2, "reconfigure", "it", {}}, Millis{5001});
  EXPECT_EQ(bot.language(), "it");
}

TEST(ReferenceBotScripts, Exit1FailsWhileJoining) {
  ReferenceBot bot(settings(Script::exit1));
  EXPECT_EQ(statuses(bot.start(Millis{0})), (std::vector<std::string>{"joining"}));
  EXPECT_EQ(run(bot, Millis{1000}), (BotOutputs{ExitOutput{1, "join_meeting_error", true}}));
}

}  // namespace
}  // namespace bot::bots
