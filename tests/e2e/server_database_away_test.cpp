// A database that cannot be written, seen from outside.
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "drivers/sqlite/connection.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

class DatabaseAway : public testing::Test {
 protected:
  std::optional<http::RawReply> post_bot() {
    const std::string body = R"({"platform":"google_meet","native_meeting_id":"a"})";
    http::RawClient connection(server_.port());
    return connection.exchange(
        "POST /bots HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + account_.key +
        "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body);
  }
  std::optional<http::RawReply> ask_ready() {
    http::RawClient connection(server_.port());
    return connection.exchange("GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  TempDir home_;
  Botd server_{home_ / "data", {}};
  Account account_ = make_user(server_, 1);
};

TEST_F(DatabaseAway, IsA503InOurWordsWithinFiveSecondsAndTheEnginesWordsAreLogged) {
  sql::SqliteConnection other({.path = server_.data_dir() + "/botd.db"});
  other.query("BEGIN IMMEDIATE");

  const auto begun = steady_clock::now();
  const auto refused = post_bot();
  EXPECT_LE(steady_clock::now() - begun, seconds{5});
  const auto not_ready = ask_ready();
  other.query("ROLLBACK");

  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->header("Retry-After"), "1");
  EXPECT_EQ(refused->body, R"({"detail":"the database is busy; try again"})");
  ASSERT_TRUE(not_ready);
  EXPECT_EQ(not_ready->status, 503);
  EXPECT_EQ(nlohmann::json::parse(not_ready->body).at("parts").at("store"),
            "the database cannot be reached or is busy");
  EXPECT_NE(server_.log().find("BEGIN IMMEDIATE: database is locked"), std::string::npos)
      << server_.log();
  EXPECT_TRUE(eventually([&] {
    const auto ready = ask_ready();
    return ready && ready->status == 200;
  }));
  const auto accepted = post_bot();
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->status, 201);
}

}  // namespace
}  // namespace bot::e2e
