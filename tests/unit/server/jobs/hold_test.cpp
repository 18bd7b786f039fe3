#include "server/jobs/hold.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <thread>

namespace bot::jobs {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

class Hold : public testing::Test {
 protected:
  Hold() {
    fs::create_directory(folder_);
    ::setenv("BOTD_TEST_SIGNALS", folder_.c_str(), 1);
  }
  ~Hold() override {
    ::unsetenv("BOTD_TEST_SIGNALS");
    fs::remove_all(folder_);
  }

  void want(const std::string& name) const { std::ofstream(folder_ / ("hold." + name)); }
  void no_longer_want(const std::string& name) const { fs::remove(folder_ / ("hold." + name)); }
  bool is_held(const std::string& name) const { return fs::exists(folder_ / ("held." + name)); }
  bool is_held_soon(const std::string& name) const {
    const auto end = steady_clock::now() + std::chrono::seconds{10};
    while (!is_held(name) && steady_clock::now() < end)
      std::this_thread::yield();
    return is_held(name);
  }

  const fs::path folder_ =
      fs::temp_directory_path() / ("botd-hold-test-" + std::to_string(::getpid()));
};

TEST_F(Hold, StopsWhoeverWorksOnTheNamedJobUntilItIsNotWantedAnyMore) {
  want("job-1");
  auto worker = std::async(std::launch::async, [] { hold_after_effect("job-1"); });

  ASSERT_TRUE(is_held_soon("job-1"));
  EXPECT_EQ(worker.wait_for(std::chrono::seconds{0}), std::future_status::timeout);
  no_longer_want("job-1");
  EXPECT_EQ(worker.wait_for(std::chrono::seconds{10}), std::future_status::ready);
}

TEST_F(Hold, StopsTheNamedProcessWhateverItWorksOn) {
  const auto process = std::to_string(::getpid());
  want(process);
  auto worker = std::async(std::launch::async, [] { hold_after_effect("job-1"); });

  EXPECT_TRUE(is_held_soon(process));
  no_longer_want(process);
  EXPECT_EQ(worker.wait_for(std::chrono::seconds{10}), std::future_status::ready);
}

TEST_F(Hold, LetsOtherJobsPass) {
  want("job-1");
  hold_after_effect("job-2");

  EXPECT_FALSE(is_held("job-2"));
}

TEST_F(Hold, DoesNothingWithoutTheVariable) {
  ::unsetenv("BOTD_TEST_SIGNALS");
  want("job-1");
  hold_after_effect("job-1");

  EXPECT_FALSE(is_held("job-1"));
}

}  // namespace
}  // namespace bot::jobs
