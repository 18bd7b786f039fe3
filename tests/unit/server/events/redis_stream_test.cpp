#include "server/events/redis_stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "base/fault.hpp"
#include "base/ids.hpp"
#include "drivers/redis/connection.hpp"
#include "tests/fakes/base/soon.hpp"

namespace bot::events {
namespace {

std::string server_url() {
  const char* url = std::getenv("BOTD_TEST_REDIS_URL");
  if (url == nullptr)
    throw std::runtime_error("BOTD_TEST_REDIS_URL is not set: run ./dev test --engines");
  return url;
}

template <typename Condition>
bool soon(Condition condition) {
  return bot::soon(condition, std::chrono::seconds(10));
}

class Streams : public testing::Test {
 protected:
  ~Streams() override { connection_.run({"DEL", stream_}); }

  RedisStream::Options options(const std::string& consumer) const {
    return {.url = server_url(),
            .stream = stream_,
            .group = "group",
            .consumer = consumer,
            .batch = 2,
            .claim_after = Millis{200},
            .forget_after = Millis{400},
            .upkeep = Millis{20},
            .wait = Millis{100},
            .retry_pause = Millis{20}};
  }
  std::string add(const std::string& text) {
    return connection_.run({"XADD", stream_, "*", "payload", text}).text;
  }
  std::int64_t length() { return connection_.run({"XLEN", stream_}).integer; }
  std::int64_t pending() { return connection_.run({"XPENDING", stream_, "group"}).list[0].integer; }
  std::vector<std::string> consumers() {
    std::vector<std::string> names;
    for (const auto& one : connection_.run({"XINFO", "CONSUMERS", stream_, "group"}).list)
      names.push_back(one.list[1].text);
    return names;
  }
  // Takes one entry and never comes back.
  void die_as(const std::string& consumer) {
    connection_.run(
        {"XREADGROUP", "GROUP", "group", consumer, "COUNT", "1", "STREAMS", stream_, ">"});
  }
  void make_group(const std::string& name) {
    connection_.run({"XGROUP", "CREATE", stream_, name, "0", "MKSTREAM"});
  }

  const std::string stream_ = "stream:" + random_hex(12);
  redis::Connection connection_{{.address = redis::parse_url(server_url()).value()}};
};

// A server's consumer, and what it was given.
class Consumer {
 public:
  explicit Consumer(RedisStream::Options options)
      : stream_(std::move(options),
                [this](std::span<const StreamEntry> entries) { take(entries); },
                {.on_problem = [this](const std::string& problem) { note(problem); },
                 .on_failed_entry =
                     [this](const auto& entry, const auto& why) {
                       note("gave up " + *entry.field("payload") + ": " + why);
                     }}) {
    stream_.start();
  }
  ~Consumer() { stream_.stop(); }
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  std::vector<std::string> taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  std::vector<std::string> notes() const {
    const std::lock_guard lock(mutex_);
    return notes_;
  }
  void set_store_away(bool away) { away_ = away; }
  // The store takes no more at once.
  void set_most(std::size_t most) { most_ = most; }
  int tries() const { return tries_; }
  RedisStream& stream() { return stream_; }

 private:
  void take(std::span<const StreamEntry> entries) {
    ++tries_;
    if (away_ || entries.size() > most_) throw Unavailable("the store is away");
    for (const auto& entry : entries) {
      if (*entry.field("payload") == "poison") throw std::length_error("too long");
    }
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries)
      taken_.push_back(*entry.field("payload"));
  }
  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(what);
  }

  mutable std::mutex mutex_;
  std::vector<std::string> taken_;
  std::vector<std::string> notes_;
  std::atomic<std::size_t> most_{1000};
  std::atomic<bool> away_{false};
  std::atomic<int> tries_{0};
  RedisStream stream_;
};

using Texts = std::vector<std::string>;

TEST_F(Streams, WhatIsThereAndWhatComesIsTakenInOrderAndNothingIsLeftBehind) {
  add("a");
  add("b");
  add("c");
  Consumer one(options("one"));
  ASSERT_TRUE(soon([&] { return one.taken().size() == 3; }));
  add("d");

  ASSERT_TRUE(soon([&] { return one.taken().size() == 4; }));
  EXPECT_EQ(one.taken(), (Texts{"a", "b", "c", "d"}));
  EXPECT_TRUE(soon([&] { return length() == 0 && pending() == 0; }));
}

TEST_F(Streams, ServersShareTheEntriesAndEachComesOnce) {
  Consumer one(options("one"));
  Consumer two(options("two"));
  Texts all;
  for (int i = 0; i < 200; ++i) {
    add(std::to_string(i));
    all.push_back(std::to_string(i));
  }

  ASSERT_TRUE(soon([&] { return one.taken().size() + two.taken().size() >= all.size(); }));
  ASSERT_TRUE(soon([&] { return length() == 0; }));
  auto taken = one.taken();
  const auto others = two.taken();
  taken.insert(taken.end(), others.begin(), others.end());
  std::sort(taken.begin(), taken.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(taken, all);
}

TEST_F(Streams, WhatADeadServerHadTakenIsTakenOverAndTheServerForgotten) {
  make_group("group");
  add("lost");
  die_as("dead");
  Consumer one(options("one"));

  EXPECT_TRUE(soon([&] { return one.taken() == Texts{"lost"}; }));
  EXPECT_TRUE(soon([&] { return consumers() == Texts{"one"}; }));
  EXPECT_EQ(length(), 0);
}

TEST_F(Streams, WhatCannotBeStoredStaysUntilItCan) {
  Consumer one(options("one"));
  one.set_store_away(true);
  add("kept");

  ASSERT_TRUE(soon([&] { return one.tries() >= 3; }));
  EXPECT_EQ(pending(), 1);
  EXPECT_EQ(length(), 1);
  one.set_store_away(false);
  EXPECT_TRUE(soon([&] { return one.taken() == Texts{"kept"}; }));
  EXPECT_TRUE(soon([&] { return length() == 0; }));
}

TEST_F(Streams, AServerThatComesBackBeginsWithWhatItHadTaken) {
  auto patient = options("one");
  patient.claim_after = Millis{3'600'000};
  {
    Consumer one(patient);
    one.set_store_away(true);
    add("first");
    ASSERT_TRUE(soon([&] { return one.tries() >= 1; }));
  }
  EXPECT_EQ(pending(), 1);
  EXPECT_EQ(consumers(), Texts{"one"});
  add("second");
  Consumer again(patient);

  ASSERT_TRUE(soon([&] { return again.taken().size() == 2; }));
  EXPECT_EQ(again.taken(), (Texts{"first", "second"}));
}

TEST_F(Streams, AnEndInOrderLeavesTheGroup) {
  {
    Consumer one(options("one"));
    add("a");
    ASSERT_TRUE(soon([&] { return one.taken().size() == 1; }));
  }
  EXPECT_EQ(consumers(), Texts{});
}

TEST_F(Streams, AStreamThatWasDeletedIsMadeAgain) {
  Consumer one(options("one"));
  add("a");
  ASSERT_TRUE(soon([&] { return one.taken().size() == 1; }));
  connection_.run({"DEL", stream_});
  add("b");

  EXPECT_TRUE(soon([&] { return one.taken() == (Texts{"a", "b"}); }));
}

TEST_F(Streams, WhatAnotherGroupReadsIsNotDeleted) {
  make_group("other");
  Consumer one(options("one"));
  ASSERT_TRUE(soon([&] { return one.stream().connected(); }));
  add("a");

  ASSERT_TRUE(soon([&] { return one.taken().size() == 1 && pending() == 0; }));
  EXPECT_EQ(length(), 1);
}

TEST_F(Streams, AnEntryThatWasDeletedWhileItWasPendingHoldsNothingUp) {
  make_group("group");
  const auto id = add("gone");
  die_as("one");
  connection_.run({"XDEL", stream_, id});
  add("next");
  Consumer one(options("one"));

  EXPECT_TRUE(soon([&] { return one.taken() == Texts{"next"} && pending() == 0; }));
}

TEST_F(Streams, AKeyThatIsNoStreamIsSaid) {
  connection_.run({"SET", stream_, "text"});
  Consumer one(options("one"));

  EXPECT_TRUE(soon([&] { return !one.stream().problem().empty(); }));
  connection_.run({"DEL", stream_});
  add("a");
  EXPECT_TRUE(soon([&] { return one.taken().size() == 1 && one.stream().problem().empty(); }));
}

TEST_F(Streams, WhatIsTooMuchAtOnceIsTakenInSmallerParts) {
  auto many = options("one");
  many.batch = 16;
  Texts all;
  for (int i = 0; i < 40; ++i) {
    all.push_back(std::to_string(i));
    add(all.back());
  }
  Consumer one(many);
  one.set_most(1);

  ASSERT_TRUE(soon([&] { return one.taken().size() >= all.size(); }));
  EXPECT_EQ(one.taken(), all);
  EXPECT_TRUE(soon([&] { return length() == 0 && pending() == 0; }));
}

TEST_F(Streams, AnEntryThatBreaksItsHandlerIsGivenUpAndTheOthersAreTaken) {
  auto many = options("one");
  many.batch = 16;
  for (const auto* text : {"a", "b", "poison", "c", "d"})
    add(text);
  Consumer one(many);

  ASSERT_TRUE(soon([&] { return one.taken().size() == 4; }));
  EXPECT_EQ(one.taken(), (Texts{"a", "b", "c", "d"}));
  EXPECT_EQ(one.notes(), Texts{"gave up poison: too long"});
  EXPECT_TRUE(soon([&] { return length() == 0 && pending() == 0; }));
}

TEST_F(Streams, AnEndDoesNotTryAStoreAgainThatIsAway) {
  auto patient = options("one");
  patient.retry_pause = Millis{3'600'000};
  Consumer one(patient);
  one.set_store_away(true);
  add("kept");
  ASSERT_TRUE(soon([&] { return one.tries() == 1; }));
  one.stream().stop();

  EXPECT_EQ(one.tries(), 1);
  EXPECT_EQ(pending(), 1);
}

TEST_F(Streams, SeveralEndAtTheSameTime) {
  Consumer one(options("one"));
  Consumer two(options("two"));
  ASSERT_TRUE(soon([&] { return one.stream().connected() && two.stream().connected(); }));
  one.stream().begin_to_stop();
  two.stream().begin_to_stop();

  EXPECT_TRUE(soon([&] { return !one.stream().connected() && !two.stream().connected(); }));
}

TEST_F(Streams, WhatNobodyHasDealtWithIsCounted) {
  Consumer one(options("one"));
  ASSERT_TRUE(soon([&] { return one.stream().backlog() == 0; }));
  one.set_store_away(true);
  for (const auto* text : {"a", "b", "c"})
    add(text);

  EXPECT_TRUE(soon([&] { return one.stream().backlog() == 3; }));
  one.set_store_away(false);
  EXPECT_TRUE(soon([&] { return one.stream().backlog() == 0; }));
}

TEST_F(Streams, WhatOnlyOthersHaveNotReadIsNotCounted) {
  make_group("other");
  Consumer one(options("one"));
  add("a");

  EXPECT_TRUE(soon([&] { return one.taken().size() == 1 && one.stream().backlog() == 0; }));
  EXPECT_EQ(length(), 1);
}

// Of a user of Redis.
class MissingRight : public Streams, public testing::WithParamInterface<std::string> {
 protected:
  MissingRight() {
    connection_.run({"ACL", "SETUSER", user_, "on", ">pass", "~*", "+@all", "-" + GetParam()});
  }
  ~MissingRight() override { connection_.run({"ACL", "DELUSER", user_}); }

  const std::string user_ = "user" + random_hex(12);
};

TEST_P(MissingRight, IsSaidOnceBeforeAnEntryIsTaken) {
  make_group("other");
  add("a");
  auto limited = options("one");
  const std::string scheme = "redis://";
  limited.url = scheme + user_ + ":pass@" + limited.url.substr(scheme.size());
  Consumer one(limited);
  const auto upper = [](std::string word) {
    std::transform(word.begin(), word.end(), word.begin(), ::toupper);
    return word;
  };
  const auto refusal = "Redis refused " + upper(GetParam()) + ": NOPERM";

  ASSERT_TRUE(soon([&] { return one.stream().problem() == refusal; })) << one.stream().problem();
  EXPECT_EQ(one.taken(), Texts{});
  connection_.run({"ACL", "SETUSER", user_, "+" + GetParam()});
  EXPECT_TRUE(soon([&] { return one.taken() == Texts{"a"} && one.stream().problem().empty(); }));
  EXPECT_EQ(length(), 1);
  const auto notes = one.notes();
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_TRUE(notes[0].starts_with(refusal)) << notes[0];
  EXPECT_EQ(notes[1], "");
}

INSTANTIATE_TEST_SUITE_P(
    Of,
    MissingRight,
    testing::Values(
        "xgroup", "xinfo", "xlen", "xack", "xdel", "xpending", "xclaim", "xreadgroup", "eval"),
    [](const auto& right) { return right.param; });

}  // namespace
}  // namespace bot::events
