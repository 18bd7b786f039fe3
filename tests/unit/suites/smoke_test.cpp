#include "suites/smoke.hpp"

#include <gtest/gtest.h>

#include "suites/engine.hpp"
#include "tests/fakes/suites/twin_run.hpp"

namespace bot::suites {
namespace {

TEST(Smoke, PassesEveryCheckAgainstAnHonestService) {
  TwinRun twin;
  const auto run = twin.run();
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(twin.failed(), std::set<std::string>{}) << render(*run, ReportFormat::text);
  EXPECT_EQ(count(*run).skipped, 0U) << render(*run, ReportFormat::text);
  EXPECT_EQ(verdict(*run), Verdict::passed);
}

}  // namespace
}  // namespace bot::suites
