#include "server/bots/observer.hpp"

#include <map>
#include <mutex>

#include "base/trace.hpp"
#include "server/queue/queue.hpp"
#include "tests/unit/server/bots/world.hpp"

namespace bot::bots {
namespace {

class Recorder final : public Observer {
 public:
  void changed(std::int64_t meeting_id, const events::StateChange& change) override {
    const std::scoped_lock lock(mutex_);
    changes_.push_back(std::to_string(meeting_id) + ": " + change.from + ">" + change.to + " " +
                       change.reason.value_or("") + " for " + change.request_id);
  }
  void advanced(commands::Step step, std::size_t count) override {
    const std::scoped_lock lock(mutex_);
    steps_[std::string(to_string(step))] += count;
  }

  std::vector<std::string> changes() {
    const std::scoped_lock lock(mutex_);
    return changes_;
  }
  std::map<std::string, std::size_t> steps() {
    const std::scoped_lock lock(mutex_);
    return steps_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> changes_;
  std::map<std::string, std::size_t> steps_;
};

struct HasRecorder {
  Recorder recorder_;
};

LifecycleOptions observed_by(Observer& observer) {
  LifecycleOptions options;
  options.observer = &observer;
  return options;
}

class ObserverTest : protected HasRecorder, public World {
 protected:
  ObserverTest() : World(observed_by(recorder_)) {}
};

TEST_F(ObserverTest, HearsOfEachChangeOnWhoseBehalfItWas) {
  Trace start{.request_id = "start"};
  Trace stop{.request_id = "stop"};
  std::int64_t id = 0;
  {
    const TraceScope scope(start);
    id = reserve("a").id;
  }
  {
    const TraceScope scope(stop);
    ASSERT_TRUE(lifecycle_.request_stop(id, domain::ChangeSource::user));
  }

  const auto meeting = std::to_string(id);
  EXPECT_EQ(recorder_.changes(),
            (std::vector<std::string>{meeting + ": >reserved  for start",
                                      meeting + ": reserved>stopping  for stop",
                                      meeting + ": stopping>completed stopped for stop"}));
  EXPECT_EQ(start.meeting_id, id);
  EXPECT_EQ(stop.meeting_id, id);
}

TEST_F(ObserverTest, HearsNothingOfWhatWasNotStored) {
  const auto id = reserve("a").id;
  store_is_away_ = true;
  EXPECT_THROW((void)lifecycle_.request_stop(id, domain::ChangeSource::user), Unavailable);
  EXPECT_EQ(recorder_.changes().size(), 1u);
  EXPECT_TRUE(recorder_.steps().empty());
}

TEST_F(ObserverTest, HearsOfCommandsUntilTheyAreAcknowledgedOrTheirBotIsGone) {
  const auto id = activate("a").id;
  const auto first = lifecycle_.configure(id, {"fr", std::nullopt});
  ASSERT_TRUE(first);
  ASSERT_TRUE(lifecycle_.configure(id, {"de", std::nullopt}));
  ASSERT_TRUE(lifecycle_.acknowledge(session_uid(id), first->command_id, {{"language", "fr"}}));
  // Again: an old letter.
  ASSERT_TRUE(lifecycle_.acknowledge(session_uid(id), first->command_id, {{"language", "fr"}}));
  ASSERT_TRUE(exit(id, 1, "crashed"));

  EXPECT_EQ(recorder_.steps(),
            (std::map<std::string, std::size_t>{{"sent", 2}, {"acknowledged", 1}, {"expired", 1}}));
}

TEST_F(ObserverTest, ALaunchKnowsTheRequestThatItIsFor) {
  Trace trace{.request_id = "start"};
  std::int64_t id = 0;
  {
    const TraceScope scope(trace);
    id = reserve("a").id;
  }
  const auto items = database_.write([&](sql::Connection& connection) {
    return queue::claim(connection, {launch_lane, "test", Millis{1000}}, 1, clock_.now_ms());
  });
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(trace_of(items.front()).request_id, "start");
  EXPECT_EQ(trace_of(items.front()).meeting_id, id);
}

}  // namespace
}  // namespace bot::bots
