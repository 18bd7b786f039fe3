#include "base/trace.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace bot {
namespace {

TEST(Trace, IsEmptyOutsideOfEveryScope) {
  trace_meeting(7);
  EXPECT_EQ(current_trace().request_id, "");
  EXPECT_EQ(current_trace().meeting_id, 0);
}

TEST(Trace, BelongsToTheThreadWhileItsScopeLives) {
  Trace outer{.request_id = "a"};
  {
    const TraceScope scope(outer);
    Trace inner{.request_id = "b"};
    {
      const TraceScope inside(inner);
      EXPECT_EQ(current_trace().request_id, "b");
      trace_meeting(7);
    }
    EXPECT_EQ(inner.meeting_id, 7);
    EXPECT_EQ(current_trace().request_id, "a");
    EXPECT_EQ(current_trace().meeting_id, 0);
    std::string elsewhere = "not asked";
    std::thread([&] { elsewhere = current_trace().request_id; }).join();
    EXPECT_EQ(elsewhere, "");
  }
  EXPECT_EQ(current_trace().request_id, "");
}

}  // namespace
}  // namespace bot
