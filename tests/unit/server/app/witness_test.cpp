#include "server/app/witness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "client/types/json.hpp"

namespace bot::app {
namespace {

using testing::HasSubstr;
using testing::Not;

// What a witness counted and logged.
struct Told {
  std::string metrics;
  std::vector<types::Json> lines;
};

template <typename Tell>
Told told_by(Tell tell) {
  Told told;
  testing::internal::CaptureStderr();
  {
    Log log(LogFormat::json, "debug");
    Metrics metrics;
    Witness witness(metrics, log);
    tell(witness);
    told.metrics = metrics.text();
  }
  const auto text = testing::internal::GetCapturedStderr();
  for (const auto line : split(text, '\n')) {
    if (!line.empty()) told.lines.push_back(types::Json::parse(line));
  }
  return told;
}

http::AccessRecord refused(int status, std::optional<Errc> error) {
  http::AccessRecord record;
  record.method = "POST";
  record.pattern = "/bots";
  record.target = "/bots";
  record.status = status;
  record.error = error;
  return record;
}

TEST(Witness, CountsRefusalsByTheirReason) {
  const auto told = told_by([](Witness& witness) {
    witness.answered(refused(201, std::nullopt));
    witness.answered(refused(404, Errc::not_found));
    witness.answered(refused(429, Errc::limit_reached));
    witness.answered(refused(429, Errc::rate_limited));
    witness.answered(refused(409, Errc::conflict));
    witness.answered(refused(401, Errc::unauthenticated));
    witness.answered(refused(503, Errc::unavailable));
    witness.answered(refused(503, std::nullopt));
    witness.answered(refused(413, std::nullopt));
    auto late = refused(409, Errc::conflict);
    late.pattern = "/bots/internal/callback/{secret}/{word}";
    witness.answered(late);
  });

  for (const auto* reason : {"limit",
                             "rate",
                             "duplicate",
                             "unauthenticated",
                             "unavailable",
                             "overload",
                             "invalid",
                             "conflict"}) {
    EXPECT_THAT(told.metrics,
                HasSubstr("botd_refusals_total{reason=\"" + std::string(reason) + "\"} 1\n"));
  }
  EXPECT_THAT(told.metrics, HasSubstr("botd_refusals_total{reason=\"other\"} 0\n"));
}

TEST(Witness, CountsTheEndsOfBotsByReasonsThatAreKnown) {
  const auto told = told_by([](Witness& witness) {
    witness.changed(7, {"active", "failed", "cleanup", "stale_active_timeout", 0, ""});
    witness.changed(8, {"active", "failed", "runtime", "bot_killed_signal_9", 0, ""});
    witness.changed(9, {"reserved", "failed", "launch", "launch_failed", 0, ""});
    witness.changed(10, {"active", "failed", "bot_callback", "words\nof\"its own", 0, ""});
    witness.changed(11, {"stopping", "completed", "runtime", "stopped", 0, ""});
  });

  EXPECT_THAT(told.metrics,
              HasSubstr("botd_bots_reaped_total{reason=\"stale_active_timeout\"} 1\n"));
  EXPECT_THAT(told.metrics, HasSubstr("botd_bots_reaped_total{reason=\"bot_killed\"} 1\n"));
  EXPECT_THAT(told.metrics, HasSubstr("botd_bots_reaped_total{reason=\"launch_failed\"} 1\n"));
  EXPECT_THAT(told.metrics, HasSubstr("botd_bots_reaped_total{reason=\"other\"} 0\n"));
  EXPECT_THAT(told.metrics, HasSubstr("botd_bots_failed_total{reason=\"other\"} 1\n"));
  EXPECT_THAT(told.metrics, HasSubstr("botd_state_changes_total{to=\"failed\"} 4\n"));
  EXPECT_THAT(told.metrics, HasSubstr("botd_state_changes_total{to=\"completed\"} 1\n"));
  EXPECT_THAT(told.metrics, Not(HasSubstr("its own")));
}

TEST(Witness, LogsAReapWithItsMeetingAndAStopWithItsRequest) {
  const auto told = told_by([](Witness& witness) {
    witness.changed(7, {"active", "failed", "cleanup", "stale_active_timeout", 0, ""});
    witness.changed(8, {"active", "stopping", "user", std::nullopt, 0, "req-1"});
    // Its request has a line.
    witness.changed(9, {"", "reserved", "user", std::nullopt, 0, "req-2"});
  });

  ASSERT_EQ(told.lines.size(), 2u);
  EXPECT_EQ(told.lines[0]["level"], "warning");
  EXPECT_EQ(told.lines[0]["message"], "bot");
  EXPECT_EQ(told.lines[0]["meeting_id"], "7");
  EXPECT_EQ(told.lines[0]["reason"], "stale_active_timeout");
  EXPECT_FALSE(told.lines[0].contains("request_id"));
  EXPECT_EQ(told.lines[1]["level"], "info");
  EXPECT_EQ(told.lines[1]["meeting_id"], "8");
  EXPECT_EQ(told.lines[1]["request_id"], "req-1");
}

TEST(Witness, CountsWorkByLaneAndLogsALaunchWithItsRequest) {
  queue::Item item;
  item.lane = "bot.launch";
  item.payload = R"({"meeting_id":7,"request_id":"req-1"})";
  item.attempts = 1;
  item.max_attempts = 2;
  const auto told = told_by([&](Witness& witness) {
    witness.worked(item, queue::Outcome::snooze(1));
    witness.worked(item, queue::Outcome::retry("no room"));
    item.attempts = 2;
    witness.worked(item, queue::Outcome::retry("no room"));
    item.lane = "bot.stop@0123";
    witness.worked(item, queue::Outcome::done());
  });

  EXPECT_THAT(told.metrics,
              HasSubstr("botd_queue_verdicts_total{lane=\"bot.launch\",verdict=\"snoozed\"} 1\n"));
  EXPECT_THAT(told.metrics,
              HasSubstr("botd_queue_verdicts_total{lane=\"bot.launch\",verdict=\"retried\"} 1\n"));
  EXPECT_THAT(told.metrics,
              HasSubstr("botd_queue_verdicts_total{lane=\"bot.launch\",verdict=\"dead\"} 1\n"));
  EXPECT_THAT(told.metrics,
              HasSubstr("botd_queue_verdicts_total{lane=\"bot.stop\",verdict=\"done\"} 1\n"));
  ASSERT_EQ(told.lines.size(), 3u);
  EXPECT_EQ(told.lines[0]["message"], "launch");
  EXPECT_EQ(told.lines[0]["meeting_id"], "7");
  EXPECT_EQ(told.lines[0]["request_id"], "req-1");
  EXPECT_EQ(told.lines[0]["reason"], "no room");
  EXPECT_EQ(told.lines[1]["level"], "warning");
}

TEST(Witness, CountsAndLogsAttemptsToDeliver) {
  const auto told = told_by([](Witness& witness) {
    witness.attempted({.delivery_id = 3,
                       .meeting_id = 7,
                       .event_id = "e",
                       .outcome = "retried",
                       .status = 500,
                       .reason = "the receiver answered 500",
                       .request_id = "req-1"});
  });

  EXPECT_THAT(told.metrics, HasSubstr("botd_webhook_deliveries_total{outcome=\"retried\"} 1\n"));
  ASSERT_EQ(told.lines.size(), 1u);
  EXPECT_EQ(told.lines[0]["message"], "webhook");
  EXPECT_EQ(told.lines[0]["meeting_id"], "7");
  EXPECT_EQ(told.lines[0]["request_id"], "req-1");
  EXPECT_EQ(told.lines[0]["status"], "500");
}

TEST(Witness, CountsCommandsByHowFarTheyCame) {
  const auto told = told_by([](Witness& witness) {
    witness.advanced(commands::Step::sent, 2);
    witness.advanced(commands::Step::expired, 1);
  });
  EXPECT_THAT(told.metrics, HasSubstr("botd_commands_total{outcome=\"sent\"} 2\n"));
  EXPECT_THAT(told.metrics, HasSubstr("botd_commands_total{outcome=\"expired\"} 1\n"));
  EXPECT_THAT(told.metrics, HasSubstr("botd_commands_total{outcome=\"published\"} 0\n"));
}

}  // namespace
}  // namespace bot::app
