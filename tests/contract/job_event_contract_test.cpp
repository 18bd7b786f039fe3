// The events of jobs, on each engine.
#include <limits>

#include "tests/contract/job_case.hpp"

namespace bot::jobs {
namespace {

class JobEventContract : public JobCase {
 protected:
  std::int64_t settled() {
    return read([&](sql::Connection& connection) { return EventStore(connection).settled(now()); });
  }
};

TEST_P(JobEventContract, EventsAreThoseAfterOneAskedForOfOneJobOrOfOneOwner) {
  const auto mine = add({.owner_user_id = 7});
  const auto other = add({.owner_user_id = 8});
  const auto all = events();
  ASSERT_EQ(all.events.size(), 2U);
  EXPECT_EQ(all.next, all.events[1].seq);
  EXPECT_EQ(events({.since = all.events[0].seq}).events.size(), 1U);
  EXPECT_EQ(events({.since = all.next}).events.size(), 0U);
  EXPECT_EQ(events({.since = all.next}).next, all.next);
  EXPECT_EQ(events({.job_id = other}).events.front().job_id, other);
  EXPECT_EQ(events({.owner_user_id = 7}).events.front().job_id, mine);
  // What is not for this one need not be looked at again.
  EXPECT_EQ(events({.owner_user_id = 9}).next, all.next);
  EXPECT_EQ(events({.limit = 1}).next, all.events[0].seq);
}

TEST_P(JobEventContract, EventsWaitForThoseBeforeThemThatMayYetBeCommitted) {
  add({.username = "a"});
  const auto seen = events().next;
  // A number that somebody was given whose transaction is not committed, or never will be.
  const auto id = add({.username = "b"});
  write([&](sql::Connection& connection) {
    connection.query("UPDATE job_events SET id = id + 1 WHERE job_id = $1", {id});
  });

  EXPECT_TRUE(events({.since = seen}).events.empty());
  EXPECT_EQ(events({.since = seen}).next, seen);
  EXPECT_EQ(settled(), seen) << "whoever begins now must not miss what is before it";
  clock_.advance(longest_commit - Millis{1});
  EXPECT_TRUE(events({.since = seen}).events.empty()) << "its writer may still be waiting";
  clock_.advance(Millis{1});
  EXPECT_EQ(events({.since = seen}).events.size(), 1U);
  EXPECT_EQ(settled(), events().next);
  EXPECT_GE(longest_commit, store::DatabaseOptions{}.write_wait + Millis{1000});
}

TEST_P(JobEventContract, OldEventsArePurged) {
  add({});
  clock_.advance(Millis{1000});
  add({});
  write([&](sql::Connection& connection) {
    EXPECT_EQ(EventStore(connection).purge_before(now(), 10), 1U);
  });
  clock_.advance(longest_commit);
  EXPECT_EQ(events().events.size(), 1U);
}

TEST_P(JobEventContract, BeyondTheLastNumberThereIsNothing) {
  add({});
  constexpr auto last = std::numeric_limits<std::int64_t>::max();
  EXPECT_TRUE(events({.since = last}).events.empty());
  EXPECT_EQ(events({.since = last}).next, last);
}

TEST_P(JobEventContract, OfADamagedOneTheRestIsShown) {
  const auto id = add({});
  for (const std::string damaged : {"{", R"({"status":7,"progress":"x"})", "[]"}) {
    write([&](sql::Connection& connection) {
      connection.query("UPDATE job_events SET data = $2 WHERE job_id = $1", {id, damaged});
    });
    const auto page = events();
    ASSERT_EQ(page.events.size(), 1U) << damaged;
    EXPECT_EQ(page.events[0].event, "job_added");
    EXPECT_EQ(page.events[0].data.job_id, id);
  }
}

INSTANTIATE_TEST_SUITE_P(Jobs,
                         JobEventContract,
                         testing::ValuesIn(store::engines()),
                         store::name_of_case);

}  // namespace
}  // namespace bot::jobs
