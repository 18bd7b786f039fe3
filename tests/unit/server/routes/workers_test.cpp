#include "server/store/worker_store.hpp"

#include "tests/unit/server/routes/api.hpp"

namespace bot::routes {
namespace {

using store::WorkerRow;
using store::WorkerStatus;

class Workers : public Api {
 protected:
  void put(const std::string& id, WorkerStatus status = WorkerStatus::running) {
    const auto now = service_.clock().now_ms();
    service_.database().write([&](sql::Connection& connection) {
      store::WorkerStore(connection)
          .put({.id = id,
                .host = "alpha",
                .pid = 4711,
                .version = "1.0.0",
                .lanes = {"jobs"},
                .concurrency = 4,
                .started_at = now - 5000,
                .beat_interval = Millis{30'000},
                .beat = {.status = status, .seen_at = now, .processed = 3, .succeeded = 2}});
    });
  }
  std::optional<store::WorkerWish> wanted(const std::string& id) {
    return service_.database().read(
        [&](sql::Connection& connection) { return store::WorkerStore(connection).wanted(id); });
  }
};

TEST_F(Workers, AreListedAndShown) {
  put("two");
  put("one", WorkerStatus::stopped);

  const auto listed = admin("GET", "/admin/workers").json["workers"];
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0]["worker_id"], "one");
  EXPECT_EQ(listed[0]["status"], "stopped");
  const auto shown = admin("GET", "/admin/workers/two").json;
  EXPECT_EQ(shown, listed[1]);
  EXPECT_EQ(shown["status"], "running");
  EXPECT_EQ(shown["queues"], Json::array({"jobs"}));
  EXPECT_EQ(shown["jobs_processed"], 3);
  EXPECT_EQ(shown["uptime_seconds"], 5);
  EXPECT_EQ(admin("GET", "/admin/workers/nobody").status, 404);
}

TEST_F(Workers, OneThatIsSilentIsLostAndItsUptimeStands) {
  put("one");
  service_.clock().advance(Millis{61'000});

  const auto shown = admin("GET", "/admin/workers/one").json;

  EXPECT_EQ(shown["status"], "lost");
  EXPECT_EQ(shown["uptime_seconds"], 5);
}

TEST_F(Workers, AreToldWhatIsWantedOfThem) {
  put("one");
  for (const auto& [word, wish] : {std::pair("quiet", store::WorkerWish::quiet),
                                   std::pair("resume", store::WorkerWish::run),
                                   std::pair("stop", store::WorkerWish::stop)}) {
    const auto answer = admin("POST", std::string("/admin/workers/one/") + word);
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.json["worker_id"], "one");
    EXPECT_EQ(wanted("one"), wish) << word;
  }
}

TEST_F(Workers, ThatAreNotThereAreToldNothing) {
  put("gone", WorkerStatus::stopped);
  put("silent");
  service_.clock().advance(Millis{61'000});

  put("stopping", WorkerStatus::stopping);
  EXPECT_EQ(admin("POST", "/admin/workers/stopping/stop").status, 409);
  EXPECT_EQ(admin("GET", "/admin/workers/%00").status, 404);
  EXPECT_EQ(admin("POST", "/admin/workers/%00/stop").status, 404);
  EXPECT_EQ(admin("POST", "/admin/workers/gone/stop").status, 409);
  EXPECT_EQ(admin("POST", "/admin/workers/silent/quiet").status, 409);
  EXPECT_EQ(admin("POST", "/admin/workers/nobody/stop").status, 404);
  EXPECT_EQ(wanted("gone"), std::nullopt);
}

}  // namespace
}  // namespace bot::routes
