#include "server/jobs/handlers.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "server/jobs/event_store.hpp"
#include "server/jobs/job_store.hpp"
#include "server/queue/queue.hpp"
#include "tests/fakes/base/manual_clock.hpp"
#include "tests/fakes/base/soon.hpp"

namespace bot::jobs {
namespace {

class JobHandlers : public testing::Test {
 protected:
  JobHandlers() { listen(listeners_, clock_); }

  queue::DispatcherOptions options() const {
    queue::DispatcherOptions options{.owner = "worker-1"};
    options.listeners = &listeners_;
    return options;
  }
  std::string add(const NewJob& job) {
    return database_
        .write([&](sql::Connection& connection) {
          return JobStore(connection).create(std::span(&job, 1), {}, clock_.now_ms());
        })
        .front();
  }
  JobRow job(const std::string& id) {
    return *database_.read(
        [&](sql::Connection& connection) { return JobStore(connection).find(id); });
  }
  std::vector<types::JobEvent> events() {
    return database_
        .read([&](sql::Connection& connection) {
          return EventStore(connection).page({}, clock_.now_ms());
        })
        .events;
  }

  ManualClock clock_;
  store::Database database_{{.path = ":memory:"}, clock_};
  queue::Listeners listeners_;
};

TEST_F(JobHandlers, DoTheJobsOfADispatcher) {
  queue::Dispatcher dispatcher(database_, clock_, options());
  register_handlers(dispatcher, 2, job_kinds(database_, clock_, "accounts.invalid"));
  dispatcher.start();
  const auto id = add({.units = 3});
  dispatcher.wake(lane);

  ASSERT_TRUE(soon([&] { return job(id).status == JobStatus::completed; }));
  EXPECT_EQ(job(id).successful, 3);
  const auto told = events();
  ASSERT_EQ(told.size(), 5U);
  EXPECT_EQ(told[1].worker_id, "worker-1");
  EXPECT_EQ(told[2].data.progress, 1);
  EXPECT_EQ(told[4].event, "job_completed");
  EXPECT_EQ(told[4].worker_id, "worker-1");
  EXPECT_EQ(told[4].data.progress, 3);
}

TEST_F(JobHandlers, TellOfEachFailureAndOfTheLast) {
  int runs = 0;
  JobKinds kinds;
  kinds.add("accounts", [&](const queue::Item&, const queue::Run&) {
    return ++runs == 1 ? queue::Outcome::retry("the first time", Millis{0})
                       : queue::Outcome::dead("for good");
  });
  queue::Dispatcher dispatcher(database_, clock_, options());
  register_handlers(dispatcher, 1, std::move(kinds));
  dispatcher.start();
  const auto id = add({});
  dispatcher.wake(lane);

  ASSERT_TRUE(soon([&] { return job(id).status == JobStatus::failed; }));
  EXPECT_EQ(job(id).error_msg, "for good");
  const auto told = events();
  ASSERT_EQ(told.size(), 5U);
  EXPECT_EQ(told[2].event, "status_updated");
  EXPECT_EQ(told[2].status, "pending");
  EXPECT_EQ(told[2].error, "the first time");
  EXPECT_EQ(told[2].worker_id, "worker-1");
  EXPECT_EQ(told[4].event, "job_failed");
  EXPECT_EQ(told[4].error, "for good");
}

TEST(JobKinds, HaveOneHandlerEach) {
  JobKinds kinds;
  const auto handler = [](const queue::Item&, const queue::Run&) { return queue::Outcome::done(); };
  kinds.add("accounts", handler);
  EXPECT_THROW(kinds.add("accounts", handler), std::logic_error);
}

}  // namespace
}  // namespace bot::jobs
