#include "server/app/job_mirror.hpp"

#include <gtest/gtest.h>

namespace bot::app {
namespace {

// Else the process ends first, and whoever could go on with it waits for the lease to run out.
TEST(JobMirror, AStopHasTimeToGiveTheLeadBackAfterTheLastWords) {
  EXPECT_GE(mirror_grace, jobs::MirrorOptions{}.last_words + Millis{1000});
}

}  // namespace
}  // namespace bot::app
