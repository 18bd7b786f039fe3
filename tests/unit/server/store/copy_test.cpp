#include "server/store/copy.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/session_store.hpp"
#include "server/store/setting_store.hpp"
#include "server/store/speech_store.hpp"
#include "server/store/transcript_store.hpp"
#include "server/store/user_store.hpp"
#include "tests/fakes/drivers/postgres_schema.hpp"

namespace bot::store {
namespace {

// The place of an entry of these years in its stream.
constexpr std::int64_t position = (std::int64_t{1763760000000} << 20) + 7;
const domain::SpeakerEvent event{1000, domain::SpeakerEvent::Kind::start, "id", "Änn"};

class Copy : public testing::Test {
 protected:
  // A user with 450 meetings, each with a session and what was said in it.
  void fill(Database& database) {
    database.write([&](sql::Connection& connection) {
      const NewUser wanted{
          .email = "ann@example.com", .name = "Änn 'O'", .data = R"({"a":"\u0000"})"};
      const auto user = UserStore(connection).find_or_create(wanted, 1).user.id;
      for (int i = 0; i < 450; ++i) {
        const auto id = std::to_string(i);
        MeetingStore meetings(connection);
        const auto meeting = meetings.add({.user_id = user,
                                           .platform = "zoom",
                                           .native_meeting_id = id,
                                           .bot_container_id = "bot-" + id},
                                          1000 + i);
        SessionStore(connection)
            .add({meeting.id, "uid-" + id, "hash-" + id, "bot-" + id, "process"}, 1000);
        const std::vector<NewSegment> said = {{.session_uid = "uid-" + id,
                                               .segment_key = id,
                                               .start_s = 0.1,
                                               .end_s = 1.7,
                                               .text = "hi"}};
        TranscriptStore(connection).upsert(meeting.id, said, 2000);
        add_streamed(connection, meeting.id, "speech-" + id);
        meetings.transition(meeting.id,
                            domain::MeetingState::reserved,
                            domain::MeetingState::failed,
                            {.stop_requested = i % 2 == 0},
                            3000);
      }
      SettingStore(connection).put("z_last", "1");
      SettingStore(connection).put("A_first", "2");
    });
  }
  // As from a stream: a start, an event and a segment.
  static void add_streamed(sql::Connection& connection,
                           std::int64_t meeting_id,
                           const std::string& uid) {
    SpeechStore speech(connection);
    speech.set_start(meeting_id, uid, 1500, position);
    speech.add_event(meeting_id, uid, event, 2000);
    const HeardSegment heard{
        {.session_uid = uid, .segment_key = uid, .start_s = 2, .end_s = 3.5, .text = "hällo"},
        position,
        true};
    speech.put_all(meeting_id, std::span(&heard, 1), 2000);
  }
  // More than one page of jobs, one of them with more units than that, what came of it, and a
  // worker.
  static void add_jobs(sql::Connection& connection, std::int64_t user_id) {
    std::vector<std::string> ids = {"b", "B", "a"};
    for (int i = 0; i < 230; ++i)
      ids.push_back("more-" + std::to_string(i));
    for (const auto& id : ids) {
      const auto items = connection.query(
          "INSERT INTO queue_items (lane, kind, payload, status, priority, run_at, attempts,"
          " max_attempts, fence, history, created_at, started_at, time_limit)"
          " VALUES ('jobs', 'k', '{}', 'done', 0, 1, 1, 4, 1, '[]', 1, 2, 3000) RETURNING id");
      connection.query(
          "INSERT INTO jobs (id, item_id, kind, units, successful, failed, test_mode, updated_at)"
          " VALUES ($1, $2, 'accounts', 210, 210, 0, true, 5)",
          {id, items[0].integer("id")});
      for (int unit = 0; unit < (id == "B" ? 210 : 1); ++unit) {
        connection.query("INSERT INTO job_units (job_id, unit, user_id, at) VALUES ($1, $2, 1, 5)",
                         {id, unit});
      }
    }
    connection.query(
        "INSERT INTO accounts (user_id, username, job_id, unit, created_at)"
        " VALUES ($1, 'ann', 'a', 0, 5)",
        {user_id});
    connection.query("UPDATE users SET status = 'banned' WHERE id = $1", {user_id});
    connection.query(
        "INSERT INTO job_events (job_id, event, at, data) VALUES ('a', 'job_added', 5, '{}')");
    for (const auto* lane : {"jobs", "Jobs", "a"}) {
      connection.query("INSERT INTO paused_lanes VALUES ($1, 5, 'ann')", {lane});
      for (int day = 0; day < 150; ++day)
        connection.query("INSERT INTO queue_days VALUES ($1, $2, 1, 2, 3)", {lane, day});
    }
    connection.query("INSERT INTO leases VALUES ('housekeeping', 'botd-1', 9)");
    connection.query(
        "INSERT INTO workers (id, host, pid, pid_started_at, version, lanes, concurrency, status,"
        " started_at, seen_at, beat_interval, processed, succeeded, failed)"
        " VALUES ('w', 'h', 1, 1, '1', 'jobs', 4, 'running', 1, 1, 1, 0, 0, 0)");
  }
  std::int64_t meetings_in(Database& database) {
    return database.read(
        [](sql::Connection& connection) { return MeetingStore(connection).count(); });
  }

  SystemClock clock_;
  sql::PostgresSchema schema_;
  Database sqlite_{{.path = ":memory:"}, clock_};
  Database postgres_{{.url = schema_.url(), .most_sessions = 2}, clock_};
};

TEST_F(Copy, BringsEveryRowToPostgresAndBack) {
  fill(sqlite_);
  Database again({.path = ":memory:"}, clock_);

  const auto there = copy_database(sqlite_, postgres_);
  ASSERT_TRUE(there) << there.error().message;
  const auto back = copy_database(postgres_, again);
  ASSERT_TRUE(back) << back.error().message;

  EXPECT_EQ(meetings_in(postgres_), 450);
  EXPECT_EQ(meetings_in(again), 450);
  for (std::size_t i = 0; i < there->size(); ++i) {
    EXPECT_EQ((*there)[i].name, (*back)[i].name);
    EXPECT_EQ((*there)[i].rows, (*back)[i].rows) << (*there)[i].name;
  }
}

TEST_F(Copy, BringsWhatCameFromStreamsAsItIs) {
  fill(sqlite_);
  ASSERT_TRUE(copy_database(sqlite_, postgres_));

  postgres_.write([](sql::Connection& connection) {
    SpeechStore speech(connection);
    EXPECT_EQ(speech.start_of(450, "speech-449"), 1500);
    EXPECT_EQ(speech.events(450, "speech-449", 0, 2000), std::vector{event});
    EXPECT_EQ(speech.mapped_after(450, "speech-449", 0).size(), 1u);
    // What came later is still known to be newer.
    EXPECT_FALSE(speech.set_start(450, "speech-449", 1, position));
    EXPECT_TRUE(speech.set_start(450, "speech-449", 1, position + 1));
    EXPECT_TRUE(speech.add_event(450, "speech-450", event, 2000));
  });
}

TEST_F(Copy, BringsJobsAndWhatCameOfThemButNoWorker) {
  fill(sqlite_);
  sqlite_.write([](sql::Connection& connection) { add_jobs(connection, 1); });
  const auto copied = copy_database(sqlite_, postgres_);
  ASSERT_TRUE(copied) << copied.error().message;
  Database again({.path = ":memory:"}, clock_);
  const auto back = copy_database(postgres_, again);
  ASSERT_TRUE(back) << back.error().message;

  for (auto* database : {&postgres_, &again}) {
    const auto count = [&](const std::string& what) {
      return database->read([&](sql::Connection& connection) {
        const auto rows = connection.query("SELECT COUNT(*) AS n FROM " + what);
        return rows[0].integer("n");
      });
    };
    EXPECT_EQ(count("jobs WHERE test_mode"), 233);
    EXPECT_EQ(count("job_units WHERE job_id = 'B'"), 210);
    EXPECT_EQ(count("job_units"), 442);
    EXPECT_EQ(count("accounts"), 1);
    EXPECT_EQ(count("users WHERE status = 'banned'"), 1);
    EXPECT_EQ(count("job_events"), 1);
    EXPECT_EQ(count("paused_lanes"), 3);
    EXPECT_EQ(count("queue_days WHERE lane = 'Jobs'"), 150);
    EXPECT_EQ(count("queue_items WHERE started_at = 2 AND time_limit = 3000"), 233);
    EXPECT_EQ(count("workers"), 0);
    EXPECT_EQ(count("leases"), 0);
  }
}

TEST_F(Copy, NumbersNewRowsAfterTheCopiedOnes) {
  fill(sqlite_);
  ASSERT_TRUE(copy_database(sqlite_, postgres_));

  const auto next = postgres_.write([&](sql::Connection& connection) {
    return UserStore(connection).find_or_create({.email = "bob@example.com"}, 1).user.id;
  });

  EXPECT_EQ(next, 2);
}

TEST_F(Copy, LeavesATargetThatHoldsSomethingAsItIs) {
  fill(sqlite_);
  postgres_.write([&](sql::Connection& connection) {
    UserStore(connection).find_or_create({.email = "bob@example.com"}, 1);
  });

  const auto refused = copy_database(sqlite_, postgres_);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_EQ(meetings_in(postgres_), 0);
}

}  // namespace
}  // namespace bot::store
