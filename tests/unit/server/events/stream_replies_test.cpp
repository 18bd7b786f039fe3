#include "server/events/stream_replies.hpp"

#include <gtest/gtest.h>

namespace bot::events {
namespace {

using redis::Reply;

Reply reply_of_kind(Reply::Kind kind) {
  Reply reply;
  reply.kind = kind;
  return reply;
}
Reply text(const std::string& words) {
  auto reply = reply_of_kind(Reply::Kind::text);
  reply.text = words;
  return reply;
}
Reply number(std::int64_t value) {
  auto reply = reply_of_kind(Reply::Kind::integer);
  reply.integer = value;
  return reply;
}
Reply list(std::vector<Reply> replies) {
  auto reply = reply_of_kind(Reply::Kind::list);
  reply.list = std::move(replies);
  return reply;
}
Reply error(const std::string& words) {
  auto reply = reply_of_kind(Reply::Kind::error);
  reply.text = words;
  return reply;
}

Reply group(const std::string& name, std::int64_t pending) {
  return list({text("name"), text(name), text("pending"), number(pending)});
}
Reply group(const std::string& name, std::int64_t pending, const Reply& lag) {
  auto told = group(name, pending);
  told.list.push_back(text("lag"));
  told.list.push_back(lag);
  return told;
}

TEST(StreamReplies, AGroupAloneHasAllThatIsThereBeforeIt) {
  EXPECT_EQ(backlog_of("ours", list({group("ours", 2)}), number(9)), 9);
  EXPECT_EQ(backlog_of("ours", list({}), number(0)), 0);
}

TEST(StreamReplies, BesideOthersItHasWhatIsPendingAndWhatItWasNotGiven) {
  const auto others = group("theirs", 7, number(70));
  EXPECT_EQ(backlog_of("ours", list({others, group("ours", 2, number(3))}), number(99)), 5);
}

TEST(StreamReplies, WhereRedisDoesNotTellItIsAllThatIsThere) {
  const auto others = group("theirs", 7);
  EXPECT_EQ(backlog_of("ours", list({others, group("ours", 2)}), number(99)), 99);
  EXPECT_EQ(backlog_of("ours", list({others, group("ours", 2, Reply{})}), number(99)), 99);
}

TEST(StreamReplies, OnlyTheFirstWordsOfARefusalAreForAnybody) {
  EXPECT_EQ(first_words("Redis refused XACK: NOPERM User botd has no permissions"),
            "Redis refused XACK: NOPERM");
  EXPECT_EQ(first_words("Redis refused XACK: ERR"), "Redis refused XACK: ERR");
  EXPECT_EQ(first_words("gone"), "gone");
}

TEST(StreamReplies, AStreamThatIsGoneIsNoRefusal) {
  EXPECT_TRUE(is_missing(error("NOGROUP No such key 's' or consumer group 'g'")));
  EXPECT_TRUE(is_missing(error("ERR no such key")));
  EXPECT_TRUE(is_missing(error("UNBLOCKED the stream key no longer exists")));
  EXPECT_FALSE(is_missing(error("WRONGTYPE Operation against a key")));
  EXPECT_FALSE(is_missing(text("NOGROUP")));
}

TEST(StreamReplies, EntriesHaveTheirFieldsAndNoneWhenTheyWereDeleted) {
  const auto told = list({list({text("s"),
                                list({list({text("1-0"), list({text("payload"), text("x")})}),
                                      list({text("2-0"), Reply{}})})})});
  const std::vector<StreamEntry> expected = {{.id = "1-0", .fields = {{"payload", "x"}}},
                                             {.id = "2-0", .fields = {}}};
  EXPECT_EQ(entries_of(told), expected);
  EXPECT_TRUE(entries_of(Reply{}).empty());
}

}  // namespace
}  // namespace bot::events
