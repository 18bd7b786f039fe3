#include "server/events/redis_link.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "drivers/redis/connection.hpp"
#include "server/events/redis_channels.hpp"

namespace bot::events {
namespace {

std::string server_url() {
  const char* url = std::getenv("BOTD_TEST_REDIS_URL");
  if (url == nullptr)
    throw std::runtime_error("BOTD_TEST_REDIS_URL is not set: run ./dev test --engines");
  return url;
}

// A server as far as Redis sees it: its bus, its link, and what it heard.
class Server {
 public:
  explicit Server(const std::string& origin)
      : link_(
            {.url = server_url(), .origin = origin},
            bus_,
            [this](const std::string& session) { note(commands_, session); },
            [this] { note(gaps_, "gap"); }),
        heard_(bus_.subscribe_all([this](const std::shared_ptr<const Event>& event) {
          if (const auto* relayed = std::get_if<RelayedFrame>(event.get()))
            note(frames_, relayed->native_meeting_id);
        })) {
    link_.start();
    wait_for(gaps_, 1);
  }
  ~Server() { link_.stop(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::vector<std::string> frames(std::size_t n) { return wait_for(frames_, n); }
  std::vector<std::string> commands(std::size_t n) { return wait_for(commands_, n); }
  Bus& bus() { return bus_; }
  RedisLink& link() { return link_; }

 private:
  using Notes = std::vector<std::string>;

  void note(Notes& notes, const std::string& text) {
    {
      const std::lock_guard lock(mutex_);
      notes.push_back(text);
    }
    changed_.notify_all();
  }
  Notes wait_for(Notes& notes, std::size_t n) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return notes.size() >= n; });
    return notes;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Notes frames_;
  Notes commands_;
  Notes gaps_;
  Bus bus_;
  RedisLink link_;
  Subscription heard_;
};

StatusChanged change_of(const std::string& native_id) {
  return {7, 3, "zoom", native_id, "active", "", 1};
}

TEST(RedisLink, TellsTheOthersWhatHappensHere) {
  Server one("one");
  Server other("other");
  const auto id = random_hex(12);

  one.bus().publish(change_of(id));
  other.bus().publish(change_of(id + "-back"));

  EXPECT_EQ(other.frames(1), std::vector{id});
  EXPECT_EQ(one.frames(1), std::vector{id + "-back"});
}

TEST(RedisLink, TellsOfCommandsWhoeverPublishedThem) {
  Server server("one");
  const auto session = random_uuid();

  const auto published =
      server.link().publisher().publish({command_channel(session), R"({"action":"leave"})"});

  ASSERT_TRUE(published) << published.error().message;
  EXPECT_EQ(server.commands(1), std::vector{session});
}

TEST(RedisLink, ShowsTheChannelsOnWhichBotsWaitHere) {
  Server server("one");
  const auto session = random_uuid();
  redis::Connection connection({.address = redis::parse_url(server_url()).value()});

  server.link().attend(session);

  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  std::size_t listening = 0;
  while (listening == 0 && std::chrono::steady_clock::now() < until)
    listening = connection.run({"PUBSUB", "CHANNELS", command_channel(session)}).list.size();
  EXPECT_EQ(listening, 1u);
}

// How often the server was asked whether it lives, by anybody.
std::int64_t pings() {
  redis::Connection connection({.address = redis::parse_url(server_url()).value()});
  const auto text = connection.run({"INFO", "commandstats"}).text;
  constexpr std::string_view label = "cmdstat_ping:calls=";
  const auto at = text.find(label);
  if (at == text.npos) return 0;
  const auto number = std::string_view(text).substr(at + label.size());
  return parse_int(number.substr(0, number.find(','))).value_or(0);
}

TEST(RedisLink, AnIdleServerIsAskedWhetherItLivesAndTellsOfNoGap) {
  std::atomic<int> gaps{0};
  RedisFeed feed(
      {.url = server_url(),
       .patterns = {"idle-" + random_hex(12)},
       .retry_pause = Millis{20},
       .silence = Millis{100}},
      [](auto, auto) {},
      [&] { ++gaps; });
  const auto before = pings();
  feed.start();

  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (pings() < before + 3 && std::chrono::steady_clock::now() < until) {
  }
  EXPECT_GE(pings(), before + 3);
  EXPECT_EQ(gaps, 1);
  feed.stop();
}

TEST(RedisLink, WithoutAServerEverythingElseGoesOn) {
  Bus bus;
  RedisLink link(
      {.url = "redis://127.0.0.1:1", .origin = "one"}, bus, [](const auto&) {}, [] {});
  link.start();

  bus.publish(change_of("x"));
  const auto published = link.publisher().publish({"channel", "body"});

  ASSERT_FALSE(published);
  EXPECT_EQ(published.error().code, Errc::unavailable);
  EXPECT_EQ(link.problem(), "Redis cannot be reached");
  link.stop();
}

}  // namespace
}  // namespace bot::events
