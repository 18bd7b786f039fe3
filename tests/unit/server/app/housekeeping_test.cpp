#include "server/app/housekeeping.hpp"

#include <gtest/gtest.h>

#include "server/queue/queue.hpp"
#include "server/store/audit_store.hpp"
#include "server/store/delivery_store.hpp"
#include "server/store/generate_window_store.hpp"
#include "server/store/idempotency_store.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/token_store.hpp"
#include "server/store/transcript_store.hpp"
#include "server/store/user_store.hpp"
#include "server/webhooks/event.hpp"
#include "tests/fakes/base/manual_clock.hpp"

namespace bot::app {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class Rounds : public testing::Test {
 protected:
  template <typename F>
  auto write(F f) {
    return database_.write(f);
  }
  UnixMillis now() const { return clock_.now_ms(); }
  std::size_t run() { return housekeeping_.run_once(); }

  void SetUp() override {
    user_ = write([this](sql::Connection& connection) {
      return store::UserStore(connection).find_or_create({.email = "a@b.cd"}, now()).user.id;
    });
  }
  store::NewMeeting new_meeting() const {
    store::NewMeeting meeting;
    meeting.user_id = user_;
    meeting.platform = "zoom";
    meeting.native_meeting_id = "a";
    return meeting;
  }
  void add_audit_entries(int count) {
    write([this, count](sql::Connection& connection) {
      store::AuditRow entry;
      entry.at = now();
      entry.actor = "admin";
      for (int i = 0; i < count; ++i)
        store::AuditStore(connection).add(entry);
    });
  }
  // Claims the first of `count` new ones.
  queue::Item claim_one_of(sql::Connection& connection, int count) {
    queue::NewItem item;
    item.lane = "l";
    for (int i = 0; i < count; ++i)
      queue::enqueue(connection, item, now());
    return queue::claim(connection, {"l", "me", Millis{1000}}, 1, now()).at(0);
  }
  // Ended now, with one segment.
  std::int64_t add_ended_meeting() {
    return write([this](sql::Connection& connection) {
      store::MeetingStore meetings(connection);
      const auto id = meetings.add(new_meeting(), now()).id;
      store::TransitionFields fields;
      fields.end_time = now();
      meetings.transition(
          id, domain::MeetingState::reserved, domain::MeetingState::failed, fields, now());
      const std::vector<store::NewSegment> spoken = {
          {.session_uid = "s", .segment_key = "s:0", .end_s = 1, .text = "hello"}};
      store::TranscriptStore(connection).upsert(id, spoken, now());
      return id;
    });
  }
  std::int64_t segments_of(std::int64_t meeting_id) {
    return database_.read([&](sql::Connection& connection) {
      return store::TranscriptStore(connection).count(meeting_id);
    });
  }

  ManualClock clock_;
  Config config_;
  Log log_{LogFormat::json, "error"};
  store::Database database_{{.path = ":memory:"}, clock_};
  Housekeeping housekeeping_{database_, clock_, config_, log_};
  std::int64_t user_ = 0;
};

TEST_F(Rounds, DeleteNothingThatIsYoung) {
  EXPECT_EQ(run(), 0U);
}

TEST_F(Rounds, KeepIdempotencyKeysForADay) {
  write([this](sql::Connection& connection) {
    store::IdempotencyStore(connection).put("scope", "key", {"request", 201, "{}", now()});
  });
  clock_.advance(hours(24));
  EXPECT_EQ(run(), 0U);
  clock_.advance(milliseconds(1));
  EXPECT_EQ(run(), 1U);
}

TEST_F(Rounds, KeepWindowsOfRequestsForAccountsForAMinute) {
  write([this](sql::Connection& connection) {
    store::TokenStore tokens(connection);
    const auto token = tokens.create({.user_id = user_, .token_sha256 = "t", .name = "n"}, now());
    store::GenerateWindowStore(connection).put(token.id, {.begun = now(), .requests = 1});
  });
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(run(), 0U);
  clock_.advance(milliseconds(1));
  EXPECT_EQ(run(), 1U);
}

TEST_F(Rounds, KeepFinishedDeliveriesAsConfiguredAndThoseThatAreOnTheirWay) {
  write([this](sql::Connection& connection) {
    store::DeliveryStore deliveries(connection);
    const auto add = [&](const std::string& event) {
      return deliveries
          .add({.user_id = user_, .event_id = event, .event_type = "t", .url = "u", .body = "{}"},
               now())
          ->id;
    };
    deliveries.delivered(add("one"), 200, now());
    deliveries.dead(add("two"), {});
    queue::enqueue(connection,
                   {.lane = std::string(webhooks::lane),
                    .kind = "delivery",
                    .unique_key = "delivery:" + std::to_string(add("three"))},
                   now());
  });
  config_.keep_deliveries = hours(2);
  clock_.advance(hours(2));
  EXPECT_EQ(run(), 0U);
  clock_.advance(milliseconds(1));
  EXPECT_EQ(run(), 2U);
  clock_.advance(hours(2));
  EXPECT_EQ(run(), 0U) << "the queued one";
}

TEST_F(Rounds, GiveUpDeliveriesThatNothingIsLeftToDeliver) {
  const auto id = write([this](sql::Connection& connection) {
    return store::DeliveryStore(connection)
        .add({.user_id = user_, .event_id = "e", .event_type = "t", .url = "u", .body = "{}"},
             now())
        ->id;
  });
  const auto status = [&] {
    return write([&](sql::Connection& connection) {
      return store::DeliveryStore(connection).find(id)->status;
    });
  };
  config_.keep_deliveries = hours(2);
  clock_.advance(hours(2));
  run();
  EXPECT_EQ(status(), "queued");
  clock_.advance(milliseconds(1));
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(status(), "dead");
  EXPECT_EQ(run(), 1U);
}

TEST_F(Rounds, KeepTheAuditAsConfigured) {
  add_audit_entries(1);
  config_.keep_audit = hours(2);
  clock_.advance(hours(2));
  EXPECT_EQ(run(), 0U);
  clock_.advance(milliseconds(1));
  EXPECT_EQ(run(), 1U);
}

TEST_F(Rounds, KeepFinishedQueueItemsAsConfiguredAndWaitingOnesForEver) {
  write([this](sql::Connection& connection) {
    const auto claimed = claim_one_of(connection, 2);
    queue::complete(connection, claimed.id, claimed.fence, now());
  });
  config_.keep_queue_items = hours(2);
  clock_.advance(hours(2));
  EXPECT_EQ(run(), 0U);
  clock_.advance(milliseconds(1));
  EXPECT_EQ(run(), 1U);
}

TEST_F(Rounds, KeepDeadLettersAsLongAsDeliveries) {
  write([this](sql::Connection& connection) {
    const auto claimed = claim_one_of(connection, 1);
    queue::bury(connection, claimed.id, claimed.fence, "hopeless", now());
  });
  config_.keep_deliveries = hours(2);
  clock_.advance(hours(2));
  EXPECT_EQ(run(), 0U);
  clock_.advance(milliseconds(1));
  EXPECT_EQ(run(), 1U);
}

TEST_F(Rounds, KeepTranscriptsForEverUnlessToldOtherwise) {
  const auto meeting = add_ended_meeting();
  clock_.advance(hours(24 * 365 * 5));
  EXPECT_EQ(run(), 0U);
  EXPECT_EQ(segments_of(meeting), 1);

  config_.keep_transcripts = hours(24 * 365 * 5);
  EXPECT_EQ(run(), 0U);
  clock_.advance(milliseconds(1));
  EXPECT_EQ(run(), 1U);
  EXPECT_EQ(segments_of(meeting), 0);
}

TEST_F(Rounds, KeepTranscriptsOfMeetingsThatGoOn) {
  write([this](sql::Connection& connection) {
    const auto id = store::MeetingStore(connection).add(new_meeting(), now()).id;
    const std::vector<store::NewSegment> spoken = {
        {.session_uid = "s", .segment_key = "s:0", .end_s = 1, .text = "hello"}};
    store::TranscriptStore(connection).upsert(id, spoken, now());
  });
  config_.keep_transcripts = hours(1);
  clock_.advance(hours(100));
  EXPECT_EQ(run(), 0U);
}

TEST_F(Rounds, GoOnUntilEverythingOldIsGone) {
  add_audit_entries(2500);
  config_.keep_audit = hours(1);
  clock_.advance(hours(2));
  EXPECT_EQ(run(), 2500U);
}

TEST_F(Rounds, EndAtOnceWhenToldTo) {
  housekeeping_.start();
  housekeeping_.stop();
  housekeeping_.stop();
}

}  // namespace
}  // namespace bot::app
