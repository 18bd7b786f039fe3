#include "client/start_bot_safely.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/time_format.hpp"
#include "tests/fakes/client/scripted_transport.hpp"

namespace bot::client {
namespace {

UnixMillis now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<Millis>(now).count();
}

std::string meeting(int id, const std::string& status, UnixMillis created) {
  return R"({"id":)" + std::to_string(id) +
         R"(,"platform":"zoom","native_meeting_id":"1","status":")" + status +
         R"(","created_at":")" + format_time(created) + "\"}";
}

std::string listing(const std::string& meetings) {
  return R"({"meetings":[)" + meetings + "]}";
}

Error lost(Errc code) {
  return Error{.code = code, .message = "no answer", .outcome_unknown = true};
}

class StartBotSafely : public testing::Test {
 protected:
  Result<types::Meeting> start() {
    const Client client(transport,
                        ClientOptions{.api_key = "user-key-0123456789", .pause = [](Millis) {}});
    return start_bot_safely(client, StartBot{.platform = "zoom", .native_meeting_id = "1"});
  }

  int posts() const {
    int count = 0;
    for (const auto& sent : transport->sent())
      count += sent.request.method == "POST" ? 1 : 0;
    return count;
  }

  std::shared_ptr<ScriptedTransport> transport = std::make_shared<ScriptedTransport>();
};

TEST_F(StartBotSafely, APlainSuccessIsPassedOn) {
  transport->answer(201, meeting(7, "reserved", now_ms()));
  EXPECT_EQ(start()->id, 7);
}

TEST_F(StartBotSafely, ARefusalIsPassedOnWithoutLooking) {
  transport->answer(409, R"({"detail":"An active meeting already exists"})");
  EXPECT_EQ(start().error().code, Errc::conflict);
  EXPECT_EQ(transport->sent().size(), 1U);
}

TEST_F(StartBotSafely, TheBotThatRunsInSpiteOfALostAnswerIsFound) {
  for (const auto code : {Errc::timeout, Errc::unreachable, Errc::protocol}) {
    transport = std::make_shared<ScriptedTransport>();
    transport->fail(lost(code)).answer(200, listing(meeting(8, "starting", now_ms())));
    const auto started = start();
    ASSERT_TRUE(started.has_value()) << name_of(code);
    EXPECT_EQ(started->id, 8);
    EXPECT_EQ(posts(), 1);
  }
}

TEST_F(StartBotSafely, A503LooksToo) {
  transport->answer(503, R"({"detail":"Service unavailable: "})")
      .answer(200, listing(meeting(9, "requested", now_ms())));
  EXPECT_EQ(start()->id, 9);
  EXPECT_EQ(posts(), 1);
}

TEST_F(StartBotSafely, WhenThereIsNoneItRepeatsWithTheSameKey) {
  transport->fail(lost(Errc::timeout))
      .answer(200, listing(""))
      .answer(201, meeting(10, "reserved", now_ms()));
  EXPECT_EQ(start()->id, 10);
  const auto sent = transport->sent();
  EXPECT_EQ(sent[0].header("Idempotency-Key"), sent[2].header("Idempotency-Key"));
  EXPECT_NE(sent[0].header("Idempotency-Key"), "");
}

TEST_F(StartBotSafely, AnEndedOrForeignOrOlderMeetingIsNotTaken) {
  const auto other = R"({"id":3,"platform":"teams","native_meeting_id":"1","status":"active",)"
                     R"("created_at":")" +
                     format_time(now_ms()) + "\"}";
  transport->fail(lost(Errc::timeout))
      .answer(200,
              listing(meeting(1, "failed", now_ms()) + "," +
                      meeting(2, "active", now_ms() - 600'000) + "," + other))
      .answer(201, meeting(11, "reserved", now_ms()));
  EXPECT_EQ(start()->id, 11);
}

TEST_F(StartBotSafely, TheServersOwnClockDecidesWhatIsNew) {
  // The server is an hour behind; its Date header says so.
  constexpr UnixMillis server_now = 1'795'295'107'000;  // 2026-11-21T21:05:07Z
  const Headers date{{"Date", "Sat, 21 Nov 2026 21:05:07 GMT"}};
  transport->fail(lost(Errc::timeout))
      .answer(200, listing(meeting(12, "starting", server_now)), date);
  EXPECT_EQ(start()->id, 12);
  transport->fail(lost(Errc::timeout))
      .answer(200, listing(meeting(12, "starting", server_now - 30'000)), date)
      .answer(201, meeting(13, "reserved", server_now));
  EXPECT_EQ(start()->id, 13);
}

TEST_F(StartBotSafely, AConflictOnTheRepeatMeansThatTheFirstArrived) {
  transport->fail(lost(Errc::timeout))
      .answer(200, listing(""))
      .answer(409, R"({"detail":"exists"})")
      .answer(200, listing(meeting(14, "reserved", now_ms())));
  EXPECT_EQ(start()->id, 14);
}

TEST_F(StartBotSafely, AConflictWithAnOlderMeetingStaysAConflict) {
  transport->fail(lost(Errc::timeout))
      .answer(200, listing(meeting(2, "active", now_ms() - 600'000)))
      .answer(409, R"({"detail":"exists"})")
      .answer(200, listing(meeting(2, "active", now_ms() - 600'000)));
  EXPECT_EQ(start().error().code, Errc::conflict);
}

TEST_F(StartBotSafely, WhenItCannotLookItDoesNotRepeat) {
  transport->fail(lost(Errc::timeout)).answer(500, "Internal Server Error");
  const auto error = start().error();
  EXPECT_EQ(error.code, Errc::timeout);
  EXPECT_TRUE(error.outcome_unknown);
  EXPECT_FALSE(error.hint.empty());
  EXPECT_EQ(posts(), 1);
}

TEST_F(StartBotSafely, ASecondLostAnswerLeavesTheOutcomeUnknown) {
  transport->fail(lost(Errc::timeout))
      .answer(200, listing(""))
      .fail(lost(Errc::timeout))
      .answer(200, listing(""));
  EXPECT_TRUE(start().error().outcome_unknown);
  EXPECT_EQ(posts(), 2);
}

TEST_F(StartBotSafely, AServerThatWasNeverReachedIsNotLookedAt) {
  for (int attempt = 0; attempt < 3; ++attempt)
    transport->fail(Error{.code = Errc::unreachable, .message = "refused"});
  const auto error = start().error();
  EXPECT_EQ(error.code, Errc::unreachable);
  EXPECT_FALSE(error.outcome_unknown);
}

}  // namespace
}  // namespace bot::client
