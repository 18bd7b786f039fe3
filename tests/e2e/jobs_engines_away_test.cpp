// PostgreSQL and Redis fail under jobs: what was answered 201 is done once, and Redis shows the
// truth again as soon as it can.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "tests/e2e/jobs_service.hpp"
#include "tests/fakes/drivers/cut_link.hpp"

namespace bot::e2e {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

class JobsEnginesAway : public JobsService {
 protected:
  bool redis_shows(const std::string& id, const std::string& wanted) {
    return eventually([&] { return redis({"GET", "botrix:jobs:status:" + id}).text == wanted; });
  }
  void end_sessions() {
    rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1"
        " AND pid <> pg_backend_pid()",
        {schema_.name()});
  }
  std::int64_t completed() {
    return number("SELECT COUNT(*) FROM queue_items WHERE lane = 'jobs' AND status = 'done'");
  }
};

TEST_F(JobsEnginesAway, TheWayToPostgresIsCutWhileOneClaimsAndEachJobIsDoneOnce) {
  CutLink link(port_of(schema_.url()));
  const auto cut_off = work_through(with_port(schema_.url(), link.port()), "worker-1");
  const auto other = work("worker-2");
  auto ids = generate(100);
  ASSERT_TRUE(eventually([&] { return completed() > 0; }));
  link.cut();
  const auto more = generate(20);
  ids.insert(ids.end(), more.begin(), more.end());
  EXPECT_TRUE(eventually([&] {
    return number(
               "SELECT COUNT(*) FROM queue_items WHERE status = 'ready'"
               " OR (status = 'leased' AND lease_owner = 'worker-2')") == 0;
  }));
  link.heal();

  EXPECT_TRUE(all_complete(ids, long_patience));
  expect_each_made_once(ids);
}

TEST_F(JobsEnginesAway, AWorkerThatCannotReachPostgresEndsInItsTime) {
  CutLink link(port_of(schema_.url()));
  const auto worker =
      work_through(with_port(schema_.url(), link.port()), "worker-1", {"--shutdown-grace", "2s"});
  const auto held = hold(*worker);
  generate(1);
  ASSERT_TRUE(held.is_reached());
  link.cut();

  const auto since = steady_clock::now();
  EXPECT_EQ(worker->terminate(), 0) << worker->log();
  // The grace, two seconds for the worker's last words and three for the mirror's; its last resort
  // would end it after twelve.
  EXPECT_LT(steady_clock::now() - since, seconds{11});
}

TEST_F(JobsEnginesAway, EverySessionOfPostgresEndsFiveTimesAndEachJobIsDoneOnce) {
  const auto one = work("worker-1");
  const auto two = work("worker-2");
  std::vector<std::string> ids;
  for (int i = 1; i <= 5; ++i) {
    // The server's own sessions ended too, and are opened anew.
    ASSERT_TRUE(eventually([&] { return api().get("/ready").status == 200; }));
    const auto more = generate(40);
    ids.insert(ids.end(), more.begin(), more.end());
    const auto before = completed();
    ASSERT_TRUE(eventually([&] { return completed() > before; }));
    end_sessions();
  }
  ASSERT_EQ(ids.size(), 200U);

  EXPECT_TRUE(all_complete(ids, long_patience));
  expect_each_made_once(ids);
  EXPECT_EQ(number("SELECT COUNT(*) FROM queue_items WHERE status = 'dead'"), 0);
}

TEST_F(JobsEnginesAway, ARedisThatIsRestartedDelaysAndLosesNothing) {
  const auto worker = work("worker-1", {"--health-check-interval", "1"});
  const auto before = generate(1).at(0);
  ASSERT_TRUE(redis_shows(before, "completed"));
  redis_.stop();
  const auto meanwhile = generate(3);
  ASSERT_EQ(meanwhile.size(), 3U);
  EXPECT_TRUE(all_complete(meanwhile)) << "nobody tells of work, and it is found nevertheless";
  redis_.start();

  ASSERT_TRUE(eventually([&] {
    try {
      return !redis({"GET", "botrix:worker:health:worker-1"}).is_nil();
    } catch (const std::exception&) {
      return false;
    }
  }));
  for (const auto& id : meanwhile)
    EXPECT_TRUE(redis_shows(id, "completed"));
  EXPECT_TRUE(redis_shows(before, "completed"));
  expect_each_made_once(meanwhile);
}

TEST_F(JobsEnginesAway, AFullRedisRefusesNoJobAndShowsAllOnceThereIsRoom) {
  const auto worker = work("worker-1");
  ASSERT_TRUE(redis_shows(generate(1).at(0), "completed"));
  redis({"CONFIG", "SET", "maxmemory", "1"});
  ASSERT_TRUE(redis({"CONFIG", "GET", "maxmemory-policy"}).list.at(1).text == "noeviction");
  const auto ids = generate(5);
  ASSERT_EQ(ids.size(), 5U);
  EXPECT_TRUE(all_complete(ids));
  EXPECT_TRUE(redis({"GET", "botrix:jobs:status:" + ids[0]}).is_nil()) << "it was not full";

  redis({"CONFIG", "SET", "maxmemory", "0"});
  for (const auto& id : ids)
    EXPECT_TRUE(redis_shows(id, "completed"));
  expect_each_made_once(ids);
}

TEST_F(JobsEnginesAway, AFlushedRedisIsPaintedAnewInTheMiddleOfTheWork) {
  const auto ids = generate(20);
  EXPECT_TRUE(eventually([&] { return queue_length() == 20; }));
  const auto held = hold(ids.at(0));
  const auto worker = work("worker-1", {"--concurrency", "1"});
  ASSERT_TRUE(held.is_reached());
  redis({"FLUSHALL"});

  EXPECT_TRUE(redis_shows(ids[0], "running"));
  EXPECT_TRUE(redis_shows(ids[19], "pending"));
  EXPECT_TRUE(eventually([&] { return queue_length() == 19; }));
  held.release();
  EXPECT_TRUE(all_complete(ids));
  for (const auto& id : ids)
    EXPECT_TRUE(redis_shows(id, "completed"));
  EXPECT_TRUE(eventually([&] { return queue_length() == 0; }));
  expect_each_made_once(ids);
}

}  // namespace
}  // namespace bot::e2e
