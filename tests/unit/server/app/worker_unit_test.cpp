#include "server/app/worker_unit.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/ids.hpp"
#include "server/jobs/handlers.hpp"
#include "server/jobs/job_store.hpp"
#include "tests/fakes/base/soon.hpp"

namespace bot::app {
namespace {

namespace fs = std::filesystem;

// Jobs that are held stand still once they have made their first account (server/jobs/hold.hpp).
class HeldJobs : public testing::Test {
 protected:
  HeldJobs() {
    fs::create_directory(folder_);
    ::setenv("BOTD_TEST_SIGNALS", folder_.c_str(), 1);
    jobs::listen(listeners_, clock_);
  }
  ~HeldJobs() override {
    ::unsetenv("BOTD_TEST_SIGNALS");
    fs::remove_all(folder_);
  }

  std::vector<std::string> add(std::int64_t owner, std::size_t n) {
    const std::vector<jobs::NewJob> wanted(n, jobs::NewJob{.owner_user_id = owner});
    return database_.write([&](sql::Connection& connection) {
      return jobs::JobStore(connection).create(wanted, {}, clock_.now_ms());
    });
  }
  void hold(const std::string& id) const { std::ofstream(folder_ / ("hold." + id)); }
  std::size_t count_held() const {
    std::size_t held = 0;
    for (const auto& file : fs::directory_iterator(folder_))
      held += file.path().filename().string().starts_with("held.") ? 1 : 0;
    return held;
  }
  void let_all_go() const {
    for (const auto& file : fs::directory_iterator(folder_)) {
      if (file.path().filename().string().starts_with("hold.")) fs::remove(file.path());
    }
  }
  jobs::JobStatus status(const std::string& id) {
    return database_
        .read([&](sql::Connection& connection) { return jobs::JobStore(connection).find(id); })
        ->status;
  }

  const fs::path folder_ = fs::temp_directory_path() / ("worker-unit-" + random_hex(8));
  const SystemClock clock_;
  store::Database database_{{.path = ":memory:"}, clock_};
  Config config_;
  Log log_{LogFormat::text, "error"};
  Metrics metrics_;
  Witness witness_{metrics_, log_};
  queue::Listeners listeners_;
};

// Goes before the worker, which waits for its handlers.
class LetGo {
 public:
  explicit LetGo(std::function<void()> let_go) : let_go_(std::move(let_go)) {}
  LetGo(const LetGo&) = delete;
  LetGo& operator=(const LetGo&) = delete;
  ~LetGo() { let_go_(); }

 private:
  const std::function<void()> let_go_;
};

TEST_F(HeldJobs, OfOneOwnerLeaveAHandlerToTheOthers) {
  config_.concurrency = 3;
  const auto many = add(1, 5);
  for (const auto& id : many)
    hold(id);
  WorkerUnit unit({database_, clock_, config_, log_, witness_, listeners_},
                  {.id = "worker-1", .queues = {"jobs"}});
  const LetGo let_go([this] { let_all_go(); });
  ASSERT_TRUE(unit.start());
  ASSERT_TRUE(soon([&] { return count_held() == 2; }));

  const auto other = add(2, 1).front();
  unit.wake(jobs::lane);

  EXPECT_TRUE(soon([&] { return status(other) == jobs::JobStatus::completed; }));
  EXPECT_EQ(count_held(), 2U) << "the first owner has all handlers";
  let_all_go();
  EXPECT_TRUE(soon([&] { return status(many.back()) == jobs::JobStatus::completed; }))
      << "what was beyond the share is done as well";
}

}  // namespace
}  // namespace bot::app
