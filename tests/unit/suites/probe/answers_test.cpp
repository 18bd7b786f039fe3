#include "suites/probe/answers.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/ids.hpp"
#include "drivers/sqlite/connection.hpp"
#include "server/store/database.hpp"
#include "tests/fakes/base/manual_clock.hpp"

namespace bot::probe {
namespace {

using Json = nlohmann::json;

// A file of botd's schema with one user, who has two seats.
class ProbeAnswers : public testing::Test {
 protected:
  ProbeAnswers() {
    { const store::Database database({.path = path_}, clock_); }
    run("INSERT INTO users (id, email, max_concurrent_bots, data, created_at)"
        " VALUES (1, 'ann@example.com', 2, '{}', 1)");
    database_ = std::make_unique<DatabaseView>("sqlite:" + path_);
  }
  ~ProbeAnswers() override {
    for (const auto* suffix : {"", "-wal", "-shm"})
      std::filesystem::remove(path_ + suffix);
  }

  void run(const std::string& statement) {
    sql::SqliteConnection connection({.path = path_});
    connection.query(statement);
  }
  void add_meeting(int id, const std::string& status, const std::string& ended = "NULL, NULL") {
    const auto number = std::to_string(id);
    run("INSERT INTO meetings (id, user_id, platform, native_meeting_id, status, data, created_at,"
        " updated_at, state_since_ms, stop_requested, end_time, completion_reason) VALUES (" +
        number + ", 1, 'zoom', 'm" + number + "', '" + status + "', '{}', 1, 1, 1, 0, " + ended +
        ")");
  }
  void add_session(int meeting) {
    const auto number = std::to_string(meeting);
    run("INSERT INTO meeting_sessions (meeting_id, session_uid, callback_secret_sha256, started_at)"
        " VALUES (" +
        number + ", 'uid" + number + "', 'hash" + number + "', 1)");
  }
  Json rows() {
    return Json::parse(answer(R"({"ask":"rows","user":1})", nullptr, database_.get()));
  }

  const std::string path_ =
      std::filesystem::temp_directory_path() / ("probe-test-" + random_hex(12) + ".db");
  ManualClock clock_;
  std::unique_ptr<DatabaseView> database_;
};

TEST_F(ProbeAnswers, FindNothingWrongWithRowsAsTheyShouldBe) {
  add_meeting(1, "reserved");
  add_meeting(2, "active");
  add_session(2);
  add_meeting(3, "completed", "5, 'stopped'");

  EXPECT_EQ(rows(), Json({{"meetings", 3}, {"broken", Json::array()}}));
}

TEST_F(ProbeAnswers, NameAUserWhoHasMoreBotsThanSeats) {
  for (int id = 1; id <= 3; ++id)
    add_meeting(id, "reserved");

  EXPECT_EQ(rows()["broken"], Json({"user 1 has 3 live bots and 2 seats"}));
}

TEST_F(ProbeAnswers, NameALiveBotWithoutASession) {
  add_meeting(1, "active");

  EXPECT_EQ(rows()["broken"], Json({"row 1 is live and has no session"}));
}

TEST_F(ProbeAnswers, NameAnEndWithoutATimeOrAReason) {
  add_meeting(1, "completed", "NULL, 'stopped'");
  add_meeting(2, "completed", "5, NULL");
  add_meeting(3, "failed", "5, NULL");

  EXPECT_EQ(rows()["broken"],
            Json({"row 1 has ended and has no end time",
                  "row 2 has ended and has no reason",
                  "row 3 has ended and has no reason"}));
}

TEST_F(ProbeAnswers, NameTwoBotsInOneMeeting) {
  run("DROP INDEX meetings_with_a_seat");
  add_meeting(1, "reserved");
  add_meeting(2, "reserved");
  run("UPDATE meetings SET native_meeting_id = 'same'");

  EXPECT_EQ(rows()["broken"], Json({"2 live bots in the meeting of row 1"}));
}

TEST_F(ProbeAnswers, SayInOneLineWhatIsWrongWithAQuestion) {
  for (const auto* question : {"",
                               "[]",
                               "{}",
                               R"({"ask":1})",
                               R"({"ask":"rows"})",
                               R"({"ask":"published","session":"a"})"}) {
    const auto reply = answer(question, nullptr, database_.get());
    EXPECT_FALSE(Json::parse(reply).at("error").get<std::string>().empty()) << question;
    EXPECT_EQ(reply.find('\n'), std::string::npos);
  }
}

TEST_F(ProbeAnswers, CannotChangeTheDatabase) {
  EXPECT_THROW(open_database("sqlite:" + path_)->query("DELETE FROM users"), Fault);
}

}  // namespace
}  // namespace bot::probe
