#include "server/events/stream_entry.hpp"

#include <gtest/gtest.h>

namespace bot::events {
namespace {

TEST(StreamEntry, KnowsItsTimeAndItsPlace) {
  const StreamEntry first{.id = "1758142747001-0", .fields = {{"payload", "x"}}};
  const StreamEntry second{.id = "1758142747001-1", .fields = {}};
  const StreamEntry later{.id = "1758142747002-0", .fields = {}};

  EXPECT_EQ(first.at(), 1758142747001);
  EXPECT_LT(first.position(), second.position());
  EXPECT_LT(second.position(), later.position());
  EXPECT_EQ((StreamEntry{.id = "x", .fields = {}}).position(), 0);
  EXPECT_EQ((StreamEntry{.id = "0--1", .fields = {}}).position(), 0);
  EXPECT_EQ(*first.field("payload"), "x");
  EXPECT_EQ(first.field("token"), nullptr);
}

}  // namespace
}  // namespace bot::events
