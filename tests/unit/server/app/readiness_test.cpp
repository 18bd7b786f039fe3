#include "server/app/readiness.hpp"

#include <gtest/gtest.h>

#include <map>

#include "server/bots/lifecycle.hpp"
#include "server/commands/mailbox.hpp"
#include "server/queue/queue.hpp"
#include "server/store/worker_store.hpp"
#include "tests/fakes/base/manual_clock.hpp"
#include "tests/fakes/bots/fake_runtime.hpp"
#include "tests/fakes/drivers/recording_vfs.hpp"

namespace bot::app {
namespace {

using routes::PartState;

class Readiness : public testing::Test {
 protected:
  Readiness() {
    reaper_.start();
    put_worker(store::WorkerStatus::running);
  }

  void put_worker(store::WorkerStatus status) {
    store::WorkerRow row;
    row.id = "one";
    row.lanes = {"jobs"};
    row.beat_interval = std::chrono::hours{1};
    row.beat = {.status = status, .seen_at = clock_.now_ms()};
    database_.write([&](sql::Connection& connection) { store::WorkerStore(connection).put(row); });
  }

  std::map<std::string, PartState> parts() {
    std::map<std::string, PartState> by_name;
    for (auto& part : readiness(sources_))
      by_name.emplace(part.name, part);
    return by_name;
  }
  std::string problem(const std::string& part) { return parts().at(part).problem; }

  void enqueue(const std::string& lane) {
    database_.write([&](sql::Connection& connection) {
      queue::enqueue(connection, {.lane = lane, .kind = lane}, clock_.now_ms());
    });
  }

  ManualClock clock_;
  Log log_{LogFormat::text, "error"};
  RecordingVfs vfs_;
  store::Database database_{{.path = ":memory:", .sqlite_vfs = vfs_.name()}, clock_};
  commands::Mailbox mailbox_{database_, clock_};
  events::Bus bus_;
  bots::FakeRuntime runtime_;
  bots::Lifecycle lifecycle_{{database_, runtime_, mailbox_, bus_, clock_},
                             {.server_secret = "secret"}};
  // Its own rounds never come in a test's time.
  bots::Reaper reaper_{database_, lifecycle_, clock_, {.interval = std::chrono::hours(1)}};
  StoreCounter counter_{database_, clock_};
  ReadinessSources sources_{.database = database_,
                            .counter = counter_,
                            .runtime = runtime_,
                            .reaper = reaper_,
                            .log = log_,
                            .clock = clock_};
};

TEST_F(Readiness, FindsNothingWrongWithAServerThatWorks) {
  for (const auto& [name, part] : parts())
    EXPECT_EQ(part.problem, "") << name;
  EXPECT_EQ(parts().size(), 5u);
}

TEST_F(Readiness, IsDegradedWhileNobodyWorksOnJobs) {
  put_worker(store::WorkerStatus::quiet);

  const auto part = parts().at("workers");
  EXPECT_EQ(part.problem, "nobody works on jobs");
  EXPECT_EQ(part.without, PartState::Without::degraded);

  clock_.advance(Millis{1000});  // what was counted is old then
  put_worker(store::WorkerStatus::running);
  EXPECT_EQ(problem("workers"), "");
  clock_.advance(std::chrono::hours{3});
  EXPECT_EQ(problem("workers"), "nobody works on jobs");
}

TEST_F(Readiness, IsNotThereWhileBotsCannotBeStarted) {
  runtime_.refuse_starts({.code = Errc::unavailable, .message = "/run/secret.sock is away"});

  const auto part = parts().at("runtime");

  EXPECT_EQ(part.problem, "bots cannot be started");
  EXPECT_EQ(part.without, PartState::Without::not_ready);
}

TEST_F(Readiness, IsDegradedWhileNobodyDoesTheWork) {
  enqueue("bot.launch");
  clock_.advance(std::chrono::seconds(60));
  EXPECT_EQ(problem("queue"), "");
  clock_.advance(std::chrono::seconds(5));

  const auto part = parts().at("queue");
  EXPECT_EQ(part.problem, "bot.launch has had work waiting for 65 s");
  EXPECT_EQ(part.without, PartState::Without::degraded);
}

TEST_F(Readiness, AsksAStoreThatIsAwayOnce) {
  enqueue("bot.launch");
  clock_.advance(std::chrono::minutes(2));
  EXPECT_NE(problem("queue"), "");
  vfs_.break_syncs(true);
  EXPECT_THROW(enqueue("bot.launch"), Fault);

  const auto reads = database_.read_statistics().seconds.total();
  const auto found = parts();

  EXPECT_EQ(found.at("store").problem, "the database cannot be reached or is busy");
  EXPECT_EQ(found.at("queue").problem, "");
  EXPECT_EQ(database_.read_statistics().seconds.total(), reads + 1);
  vfs_.break_syncs(false);
}

TEST_F(Readiness, BlamesNoServerForReceiversOrOtherPlaces) {
  sources_.place = "here";
  enqueue("webhook.deliver");
  enqueue("bot.stop@elsewhere");
  clock_.advance(std::chrono::minutes(10));
  EXPECT_EQ(problem("queue"), "");
  enqueue("bot.stop@here");
  clock_.advance(std::chrono::minutes(2));
  EXPECT_EQ(problem("queue"), "bot.stop has had work waiting for 120 s");
}

TEST_F(Readiness, IsDegradedWhenTheReaperStaysAway) {
  clock_.advance(std::chrono::hours(2));
  EXPECT_EQ(problem("reaper"), "");
  clock_.advance(std::chrono::hours(2));
  EXPECT_EQ(problem("reaper"), "has not been through for 14400 s");
  reaper_.run_once();
  EXPECT_EQ(problem("reaper"), "");

  const bots::Reaper never_started(database_, lifecycle_, clock_, {});
  ReadinessSources sources{.database = database_,
                           .counter = counter_,
                           .runtime = runtime_,
                           .reaper = never_started,
                           .log = log_,
                           .clock = clock_};
  for (const auto& part : readiness(sources)) {
    if (part.name != "reaper") continue;
    EXPECT_EQ(part.problem, "is not running");
    EXPECT_EQ(part.without, PartState::Without::degraded);
  }
}

TEST_F(Readiness, IsDegradedBeforeTheDiskIsFull) {
  sources_.disk = "/";
  EXPECT_EQ(problem("disk"), "");
  sources_.least_free = ~std::uint64_t{0};
  EXPECT_EQ(problem("disk").substr(0, 16), "is almost full: ");
  EXPECT_EQ(parts().at("disk").without, PartState::Without::degraded);
}

TEST_F(Readiness, IsDegradedWithoutRedis) {
  events::RedisLink link(
      {.url = "redis://127.0.0.1:1", .origin = "one"}, bus_, [](const auto&) {}, [] {});
  sources_.redis = &link;
  EXPECT_EQ(problem("redis"), "Redis cannot be reached");
  EXPECT_EQ(parts().at("redis").without, PartState::Without::degraded);
}

}  // namespace
}  // namespace bot::app
