// The way from botd to PostgreSQL goes silent, as when a switch dies: no connection is refused or
// reset, answers just do not come.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/server_botd.hpp"
#include "tests/fakes/drivers/cut_link.hpp"
#include "tests/fakes/drivers/postgres_schema.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {
namespace {

using std::chrono::steady_clock;

// Every request of one client to its end, and how each was answered.
struct Answers {
  std::set<std::string> accepted;  // the meetings' ids
  int refused = 0;                 // 503
  int others = 0;
  steady_clock::duration slowest{};
};

class NetworkCut : public testing::Test {
 protected:
  NetworkCut() {
    for (auto& account : accounts_)
      account = make_user(server_, seats);
  }

  std::optional<http::RawReply> post_bot(const Account& account, const std::string& id) {
    const std::string body = R"({"platform":"google_meet","native_meeting_id":")" + id + R"("})";
    http::RawClient connection(server_.port());
    return connection.exchange(
        "POST /bots HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + account.key +
        "\r\nContent-Type: application/json\r\n" +
        "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  // Starts bots, one after the other, until it is told to end.
  void load(std::size_t number) {
    auto& mine = answers_[number];
    for (int i = 0; !enough_; ++i) {
      const auto begun = steady_clock::now();
      const auto id = std::to_string(number) + "-" + std::to_string(i);
      const auto answer = post_bot(accounts_[number], id);
      mine.slowest = std::max(mine.slowest, steady_clock::now() - begun);
      if (answer && answer->status == 201) {
        mine.accepted.insert(id);
        ++accepted_;
      } else if (answer && answer->status == 503 && !answer->header("Retry-After").empty()) {
        ++mine.refused;
        ++refused_;
      } else if (!answer || answer->status != 429) {
        ++mine.others;
      }
    }
  }
  std::set<std::string> stored(const Account& account) {
    sql::PostgresConnection connection({.url = schema_.url()});
    const auto rows =
        connection.query("SELECT native_meeting_id FROM meetings WHERE user_id = $1", {account.id});
    std::set<std::string> ids;
    for (const sql::Row row : rows)
      ids.insert(row.text("native_meeting_id"));
    return ids;
  }
  int ready() const {
    http::RawClient connection(server_.port());
    const auto answer = connection.exchange("GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return answer ? answer->status : 0;
  }

  static constexpr std::size_t clients = 40;  // more than there are workers
  static constexpr std::int64_t seats = 20;
  TempDir home_;
  sql::PostgresSchema schema_;
  CutLink link_{port_of(schema_.url())};
  Botd server_{home_ / "data",
               {.flags = {"--database-url",
                          with_port(schema_.url(), link_.port()),
                          "--database-connections",
                          "4",
                          "--runtime",
                          "simulated",
                          "--bot-start-delay",
                          "1h"}}};
  std::array<Account, clients> accounts_;
  std::array<Answers, clients> answers_;
  std::atomic<int> accepted_{0};
  std::atomic<int> refused_{0};
  std::atomic<bool> enough_{false};
};

TEST_F(NetworkCut, IsAnswered503WithinFiveSecondsLosesNothingAcknowledgedAndPasses) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < clients; ++i)
    threads.emplace_back([this, i] { load(i); });
  EXPECT_TRUE(eventually([&] { return accepted_ > 20; }));

  link_.cut();
  const bool all_were_refused = eventually([&] { return refused_ >= static_cast<int>(clients); });
  const auto asked = steady_clock::now();
  const int not_ready = ready();
  const auto looked_for = steady_clock::now() - asked;
  link_.heal();
  const int before = accepted_;
  const bool goes_on =
      eventually([&] { return accepted_ > before || accepted_ == clients * seats; });
  enough_ = true;
  for (auto& thread : threads)
    thread.join();

  EXPECT_TRUE(all_were_refused);
  EXPECT_EQ(not_ready, 503);
  EXPECT_LT(looked_for, std::chrono::milliseconds{5500});
  EXPECT_TRUE(goes_on);
  for (std::size_t i = 0; i < clients; ++i) {
    const auto& mine = answers_[i];
    EXPECT_EQ(mine.others, 0);
    EXPECT_LT(mine.slowest, std::chrono::milliseconds{5500});
    const auto rows = stored(accounts_[i]);
    EXPECT_LE(rows.size(), static_cast<std::size_t>(seats));
    for (const auto& id : mine.accepted)
      EXPECT_TRUE(rows.contains(id)) << id;
  }
  EXPECT_TRUE(eventually([&] { return ready() == 200; }));
}

}  // namespace
}  // namespace bot::e2e
