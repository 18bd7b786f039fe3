// kill -9, of the server and of bots: nothing that was promised is lost, and no seat either.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <latch>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "client/ops/all.hpp"
#include "drivers/sqlite/connection.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {
namespace {

using std::chrono::steady_clock;

constexpr int user_count = 10;
constexpr int posts_per_user = 20;
constexpr std::int64_t user_limit = 12;
constexpr int posts = user_count * posts_per_user;
// The server dies when so many have been answered 201.
constexpr int fatal_answer = 30;

struct Post {
  int user = 0;
  std::string native_id;
  int status = 0;  // 0: no answer
  std::int64_t meeting_id = 0;
};

std::string post_text(const Account& account, const std::string& native_id) {
  const std::string body =
      R"({"platform":"google_meet","native_meeting_id":")" + native_id + R"("})";
  return "POST /bots HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + account.key +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

// Two hundred requests, each on a connection of its own and whole but for its last byte, released
// together.
class Volley {
 public:
  Volley(std::uint16_t port, const std::vector<Account>& accounts) {
    for (int i = 0; i < posts; ++i) {
      posts_.push_back({.user = i % user_count, .native_id = "volley-" + std::to_string(i)});
    }
    for (auto& post : posts_)
      threads_.emplace_back([this, port, &accounts, &post] {
        shoot(post, port, accounts[static_cast<std::size_t>(post.user)]);
      });
  }
  Volley(const Volley&) = delete;
  Volley& operator=(const Volley&) = delete;
  ~Volley() { join(); }

  bool wait_for_created(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, usual_patience, [&] { return created_ >= count; });
  }
  const std::vector<Post>& join() {
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
    return posts_;
  }

 private:
  void shoot(Post& post, std::uint16_t port, const Account& account) {
    http::RawClient connection(port);
    const auto text = post_text(account, post.native_id);
    connection.send(std::string_view(text).substr(0, text.size() - 1));
    ready_.arrive_and_wait();
    const auto reply = connection.exchange(std::string_view(text).substr(text.size() - 1));
    if (!reply) return;
    const std::scoped_lock lock(mutex_);
    post.status = reply->status;
    if (reply->status != 201) return;
    post.meeting_id = nlohmann::json::parse(reply->body).at("id").get<std::int64_t>();
    ++created_;
    changed_.notify_all();
  }

  std::vector<Post> posts_;
  std::latch ready_{posts};
  std::mutex mutex_;
  std::condition_variable changed_;
  int created_ = 0;
  std::vector<std::thread> threads_;
};

// What the file holds after the crash, read from a copy so that the server itself recovers it.
struct Remains {
  std::set<std::int64_t> all;
  std::set<std::int64_t> launched;  // and the bot has spoken
  std::set<std::int64_t> waiting;   // reserved, and no bot yet
  std::map<std::int64_t, std::int64_t> rows_of_user;
};

Remains remains_of(const std::string& data_dir, const TempDir& scratch) {
  for (const auto* suffix : {"", "-wal"}) {
    const auto from = data_dir + "/botd.db" + suffix;
    if (std::filesystem::exists(from)) {
      std::filesystem::copy_file(from, scratch / (std::string("copy.db") + suffix));
    }
  }
  sql::SqliteConnection connection({.path = scratch / "copy.db"});
  const auto rows = connection.query(
      "SELECT meetings.id AS id, user_id, status, runtime_handle FROM meetings"
      " JOIN meeting_sessions ON meeting_sessions.meeting_id = meetings.id");
  Remains remains;
  for (const sql::Row row : rows) {
    const auto id = row.integer("id");
    const bool launched = row.optional_text("runtime_handle").has_value();
    remains.all.insert(id);
    if (!launched) remains.waiting.insert(id);
    if (launched && row.text("status") != "reserved") remains.launched.insert(id);
    ++remains.rows_of_user[row.integer("user_id")];
  }
  return remains;
}

class Crash : public testing::Test {
 protected:
  std::string data_dir() const { return home_ / "data"; }

  TempDir home_;
};

class CrashInAVolley : public Crash {
 protected:
  // Ten users with a running bot each, then the volley, then the crash.
  void crash_in_a_volley() {
    Botd server(data_dir(), {.flags = flags_});
    for (int i = 0; i < user_count; ++i) {
      accounts_.push_back(make_user(server, user_limit));
      start_bot(server.user(accounts_.back().key), "before");
    }
    for (const auto& account : accounts_)
      ASSERT_TRUE(reaches(server.user(account.key), "before", "active"));
    Volley volley(server.port(), accounts_);
    ASSERT_TRUE(volley.wait_for_created(fatal_answer));
    server.crash();
    history_ = volley.join();
  }

  void expect_every_promise_kept(const Botd& server, const Remains& remains) {
    const auto all = server.admin().run(client::ListAllMeetings{.limit = 1000});
    ASSERT_TRUE(all) << all.error().message;
    std::map<std::int64_t, types::Meeting> kept;
    for (const auto& row : all->meetings)
      kept[row.id] = row;
    for (const auto& post : history_) {
      if (post.status != 201) continue;
      ASSERT_TRUE(kept.contains(post.meeting_id)) << post.native_id << " was promised and is gone";
      EXPECT_EQ(kept[post.meeting_id].native_meeting_id, post.native_id);
      EXPECT_EQ(kept[post.meeting_id].user_id, accounts_[static_cast<std::size_t>(post.user)].id);
    }
    EXPECT_EQ(kept.size(), remains.all.size());
  }

  // What had no bot gets one; what had one has lost it; only what lives holds a seat.
  static void expect_all_settled(const client::Client& user, const Remains& remains) {
    const auto is_settled = [](const types::Meeting& meeting) {
      return meeting.status == "active" || meeting.status == "failed";
    };
    std::vector<types::Meeting> meetings;
    ASSERT_TRUE(eventually([&] {
      meetings = meetings_of(user);
      return std::all_of(meetings.begin(), meetings.end(), is_settled);
    })) << "a reservation was not launched";
    for (const auto& meeting : meetings) {
      if (remains.waiting.contains(meeting.id)) {
        EXPECT_EQ(meeting.status, "active") << meeting.id;
      }
      if (!remains.launched.contains(meeting.id)) continue;
      EXPECT_EQ(meeting.status, "failed") << meeting.id;
      EXPECT_EQ(data_text(meeting, "failure_reason"), "bot_exited");
    }
    const auto active = std::count_if(meetings.begin(), meetings.end(), [](const auto& meeting) {
      return meeting.status == "active";
    });
    EXPECT_EQ(std::ssize(running_bots(user)), active) << "a seat leaked, or is held by nobody";
  }

  static void expect_a_full_set_fits(const client::Client& user) {
    for (const auto& bot : running_bots(user))
      EXPECT_TRUE(user.run(client::StopBot{*bot.platform, *bot.native_meeting_id}));
    ASSERT_TRUE(eventually([&] { return user.run(client::ListBots{})->meetings.empty(); }));
    for (std::int64_t i = 0; i < user_limit; ++i)
      start_bot(user, "after-" + std::to_string(i));
    const auto over = user.run(client::StartBot{"google_meet", "one-too-many"});
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().http_status, 429);
  }

  const Words flags_ = {"--runtime", "simulated", "--bot-start-delay", "150ms"};
  std::vector<Account> accounts_;
  std::vector<Post> history_;
};

TEST_F(CrashInAVolley, LosesNoPromiseAndNoSeat) {
  crash_in_a_volley();
  ASSERT_FALSE(HasFatalFailure());
  const auto answered = std::count_if(
      history_.begin(), history_.end(), [](const Post& post) { return post.status != 0; });
  EXPECT_LT(answered, posts) << "it died after the last answer, not in the middle";
  const auto remains = remains_of(data_dir(), home_);
  EXPECT_EQ(remains.rows_of_user.size(), accounts_.size());
  for (const auto& [user, rows] : remains.rows_of_user)
    EXPECT_LE(rows, user_limit) << "user " << user;
  EXPECT_FALSE(remains.waiting.empty());
  EXPECT_GE(remains.launched.size(), accounts_.size());

  const Botd server(data_dir(), {.flags = flags_});
  expect_every_promise_kept(server, remains);
  for (const auto& account : accounts_) {
    expect_all_settled(server.user(account.key), remains);
    expect_a_full_set_fits(server.user(account.key));
  }
}

Words quick_bots() {
  return {"--bot-join-delay", "100ms", "--bot-heartbeat-interval", "200ms"};
}

// Every bot has been heard since.
bool all_spoke(const std::vector<types::RunningBot>& before,
               const std::vector<types::RunningBot>& now) {
  if (before.size() != now.size()) return false;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now[i].last_heartbeat_at <= before[i].last_heartbeat_at) return false;
  }
  return true;
}

TEST_F(Crash, LeavesThreeBotsRunningAndTheNextServerTakesThemBack) {
  const std::vector<std::string> ids = {"first", "second", "third"};
  Botd server(data_dir(), {.flags = quick_bots()});
  const auto account = make_user(server, 3);
  for (const auto& id : ids)
    start_bot(server.user(account.key), id);
  for (const auto& id : ids)
    ASSERT_TRUE(reaches(server.user(account.key), id, "active"));
  const auto bots = children_of(server.pid());
  ASSERT_EQ(bots.size(), 3U);
  const auto address = server.address();
  server.crash();
  ASSERT_EQ(children_of(::getpid()), bots) << "bots go on without their server";

  const Botd next(data_dir(), {.flags = quick_bots(), .listen = address});
  const auto user = next.user(account.key);
  const auto before = running_bots(user);
  ASSERT_EQ(before.size(), 3U);
  EXPECT_TRUE(eventually([&] { return all_spoke(before, running_bots(user)); }));
  EXPECT_TRUE(children_of(next.pid()).empty()) << "it has started others in their place";
  EXPECT_TRUE(std::all_of(bots.begin(), bots.end(), is_running));

  for (const auto& id : ids)
    EXPECT_TRUE(user.run(client::StopBot{"google_meet", id}));
  for (const auto& id : ids) {
    ASSERT_TRUE(reaches(user, id, "completed"));
    EXPECT_EQ(data_text(meeting(user, id), "completion_reason"), "stopped");
  }
  EXPECT_TRUE(eventually([&] { return std::none_of(bots.begin(), bots.end(), is_running); }));
  EXPECT_EQ(children_of(::getpid()), std::vector{next.pid()}) << "a stray process";
  EXPECT_TRUE(children_of(next.pid()).empty());
}

TEST_F(Crash, ABotThatDiesWhileThereIsNoServerIsClosedByTheNext) {
  Botd server(data_dir(), {.flags = quick_bots()});
  const auto account = make_user(server, 2);
  const auto address = server.address();
  for (const auto* id : {"survivor", "victim"}) {
    start_bot(server.user(account.key), id);
    ASSERT_TRUE(reaches(server.user(account.key), id, "active"));
  }
  const auto bots = children_of(server.pid());
  ASSERT_EQ(bots.size(), 2U);
  server.crash();
  const auto victim = *std::max_element(bots.begin(), bots.end());
  const auto survivor = *std::min_element(bots.begin(), bots.end());
  ::kill(victim, SIGKILL);
  ASSERT_TRUE(eventually([&] { return !is_running(victim); }));

  Botd next(data_dir(), {.flags = quick_bots(), .listen = address});
  const auto user = next.user(account.key);
  const auto statuses = [&] {
    return std::multiset<std::string>{meeting(user, "survivor").status,
                                      meeting(user, "victim").status};
  };
  EXPECT_EQ(statuses(), (std::multiset<std::string>{"active", "failed"}));
  EXPECT_TRUE(is_running(survivor));
  EXPECT_EQ(running_bots(user).size(), 1U);
  start_bot(user, "in-the-free-seat");
}

TEST_F(Crash, OfABotGivesItsSeatBackWithinASecond) {
  Botd server(data_dir(), {.flags = quick_bots()});
  const auto account = make_user(server, 1);
  const auto user = server.user(account.key);
  start_bot(user, "victim");
  ASSERT_TRUE(reaches(user, "victim", "active"));
  const auto bots = children_of(server.pid());
  ASSERT_EQ(bots.size(), 1U);

  const auto killed_at = steady_clock::now();
  ::kill(bots[0], SIGKILL);
  ASSERT_TRUE(reaches(user, "victim", "failed"));
  const auto next = user.run(client::StartBot{"google_meet", "next"});
  EXPECT_TRUE(next) << next.error().message;
  EXPECT_LT(steady_clock::now() - killed_at, std::chrono::seconds{1});
  EXPECT_EQ(data_text(meeting(user, "victim"), "failure_reason"), "bot_killed_signal_9");
}

}  // namespace
}  // namespace bot::e2e
