#include "server/bots/launch_rows.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/replica_store.hpp"
#include "server/store/session_store.hpp"
#include "server/store/user_store.hpp"
#include "tests/contract/engines.hpp"

namespace bot::store {
namespace {

using bots::Keeper;

class LaunchContract : public OnEachEngine {
 protected:
  LaunchContract() {
    write([&](sql::Connection& connection) {
      user_ = UserStore(connection)
                  .find_or_create({.email = "a@example.com", .max_concurrent_bots = 9}, now())
                  .user.id;
    });
  }
  // A launched bot; its session is called as its meeting.
  std::int64_t launch(const std::string& name, const Keeper& keeper) {
    return write([&](sql::Connection& connection) {
      NewMeeting wanted;
      wanted.user_id = user_;
      wanted.platform = "zoom";
      wanted.native_meeting_id = name;
      const auto meeting = MeetingStore(connection).add(wanted, now());
      SessionStore(connection).add({meeting.id, name, "hash of " + name}, now());
      bots::record_launch(connection, name, {"process", "handle of " + name}, keeper, now());
      return meeting.id;
    });
  }
  std::vector<std::string> orphans(const std::string& place, const std::vector<std::string>& gone) {
    return read([&](sql::Connection& connection) {
      std::vector<std::string> names;
      for (const auto& bot : bots::orphans(connection, place, gone))
        names.push_back(bot.session_uid);
      return names;
    });
  }

  std::int64_t user_ = 0;
};

TEST_P(LaunchContract, OrphansAreThoseOfThePlaceWhoseServerHasEndedOrIsInNoRow) {
  launch("ended", {"ended", "here"});
  launch("there", {"there", "here"});
  launch("unknown", {"unknown", "here"});
  launch("elsewhere", {"ended", "elsewhere"});
  launch("nobody", {});
  write([](sql::Connection& connection) {
    ReplicaStore replicas(connection);
    replicas.put({"ended", "here", "", 1});
    replicas.put({"there", "here", "", 1});
  });

  EXPECT_EQ(orphans("here", {}), (std::vector<std::string>{"unknown", "nobody"}));
  EXPECT_EQ(orphans("here", {"ended", "another"}),
            (std::vector<std::string>{"ended", "unknown", "nobody"}));
}

TEST_P(LaunchContract, ABotIsTakenFromWhoeverHadItAndOnlyWithItsHandle) {
  launch("a", {"one", "here"});
  launch("b", {});
  const auto found = read(bots::launched_bots);
  ASSERT_EQ(found.size(), 2u);
  const auto take = [&](bots::LaunchedBot bot, const std::string& by) {
    return write([&](sql::Connection& connection) {
      return bots::take_over(connection, bot, {by, "here"}, now());
    });
  };

  auto stale = found[0];
  stale.handle = "an earlier handle";
  EXPECT_FALSE(take(stale, "two"));
  EXPECT_TRUE(take(found[0], "two"));
  EXPECT_FALSE(take(found[0], "three"));
  EXPECT_TRUE(take(found[1], "two"));
  EXPECT_EQ(
      read([](sql::Connection& connection) { return bots::bots_of(connection, "two"); }).size(),
      2u);
}

TEST_P(LaunchContract, ALaunchIsForgottenOnlyWithItsHandle) {
  launch("a", {"one", "here"});
  const auto handle = [&] {
    return read([](sql::Connection& connection) {
      return SessionStore(connection).find_by_uid("a")->runtime_handle;
    });
  };
  write([](sql::Connection& connection) { bots::forget_launch(connection, "a", "another"); });
  EXPECT_EQ(handle(), "handle of a");
  write([](sql::Connection& connection) { bots::forget_launch(connection, "a", "handle of a"); });
  EXPECT_EQ(handle(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Store, LaunchContract, testing::ValuesIn(engines()), name_of_case);

}  // namespace
}  // namespace bot::store
