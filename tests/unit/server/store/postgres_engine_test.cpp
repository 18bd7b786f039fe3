// What only an engine with many writers at once can get wrong.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/trace.hpp"
#include "server/store/database.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/setting_store.hpp"
#include "server/store/user_store.hpp"
#include "tests/fakes/drivers/cut_link.hpp"
#include "tests/fakes/drivers/postgres_schema.hpp"

namespace bot::store {
namespace {

class PostgresEngine : public testing::Test {
 protected:
  std::int64_t new_user(std::int64_t limit) {
    return database_.write([&](sql::Connection& connection) {
      const NewUser wanted{.email = "ann@example.com", .max_concurrent_bots = limit};
      return UserStore(connection).find_or_create(wanted, clock_.now_ms()).user.id;
    });
  }
  void put(const std::string& key, const std::string& value) {
    database_.write([&](sql::Connection& connection) { SettingStore(connection).put(key, value); });
  }
  std::string get(const std::string& key) {
    return database_
        .read([&](sql::Connection& connection) { return SettingStore(connection).find(key); })
        .value_or("");
  }
  void end_all_sessions() {
    sql::PostgresConnection({.url = schema_.url()})
        .query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = $1 AND pid <> pg_backend_pid()",
            {schema_.name()});
  }

  sql::PostgresSchema schema_;
  SystemClock clock_;
  Database database_{{.url = schema_.url(), .most_sessions = 16}, clock_};
};

TEST_F(PostgresEngine, NeverMoreBotsThanTheLimitHoweverManyAskAtOnce) {
  const auto user = new_user(3);
  constexpr int many = 16;
  std::barrier start(many);
  std::atomic<int> stored{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < many; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        const bool mine = database_.write([&](sql::Connection& connection) {
          const auto locked = UserStore(connection).lock(user);
          MeetingStore meetings(connection);
          if (meetings.count_live(user) >= locked->max_concurrent_bots) return false;
          const NewMeeting wanted{.user_id = user,
                                  .platform = "zoom",
                                  .native_meeting_id = std::to_string(i),
                                  .bot_container_id = "bot"};
          meetings.add(wanted, clock_.now_ms());
          return true;
        });
        if (mine) ++stored;
      });
    }
  }

  EXPECT_EQ(stored, 3);
  EXPECT_EQ(database_.read([&](sql::Connection& connection) {
    return MeetingStore(connection).count_live(user);
  }),
            3);
}

TEST_F(PostgresEngine, RunsAWriteAgainThatADeadlockUndid) {
  put("a", "0");
  put("b", "0");
  std::barrier both_hold_one(2);
  std::atomic<int> runs{0};
  const auto write_both = [&](const std::string& first, const std::string& second) {
    bool again = false;
    database_.write([&](sql::Connection& connection) {
      ++runs;
      SettingStore(connection).put(first, "1");
      if (!std::exchange(again, true)) both_hold_one.arrive_and_wait();
      SettingStore(connection).put(second, "2");
    });
  };
  {
    const std::jthread one([&] { write_both("a", "b"); });
    const std::jthread other([&] { write_both("b", "a"); });
  }

  EXPECT_GE(runs, 3);
  EXPECT_NE(get("a"), "0");
  EXPECT_NE(get("b"), "0");
}

TEST_F(PostgresEngine, ReplacesSessionsThatWereLostWhileIdle) {
  put("key", "before");
  end_all_sessions();

  EXPECT_EQ(get("key"), "before");

  end_all_sessions();
  put("key", "after");
  EXPECT_EQ(get("key"), "after");
}

TEST_F(PostgresEngine, KeepsNothingOfAWriteThatWentOnAfterARefusedStatement) {
  EXPECT_THROW(database_.write([](sql::Connection& connection) {
    SettingStore(connection).put("key", "value");
    try {
      connection.query("SELECT 1 / $1", {0});
    } catch (const sql::Fault&) {
      return;
    }
  }),
               std::logic_error);

  EXPECT_EQ(get("key"), "");
}

TEST_F(PostgresEngine, KeepsNothingOfAWriteThatThrewOrReturnedAnError) {
  EXPECT_THROW(database_.write([](sql::Connection& connection) {
    SettingStore(connection).put("key", "value");
    throw std::runtime_error("changed its mind");
  }),
               std::runtime_error);
  const auto refused = database_.write([](sql::Connection& connection) -> Status {
    SettingStore(connection).put("key", "value");
    return Error{.code = Errc::conflict, .message = "changed its mind"};
  });

  EXPECT_FALSE(refused);
  EXPECT_EQ(get("key"), "");
}

TEST_F(PostgresEngine, RefusesAWriteInsideAWrite) {
  EXPECT_THROW(
      database_.write([this](sql::Connection&) { database_.write([](sql::Connection&) {}); }),
      std::logic_error);
}

TEST_F(PostgresEngine, RefusesToWriteWhileReading) {
  EXPECT_THROW(database_.read([](sql::Connection& connection) {
    SettingStore(connection).put("key", "value");
    return 0;
  }),
               Fault);
}

TEST_F(PostgresEngine, EveryCallerIsToldInTimeThatTheServerIsSilent) {
  CutLink link(port_of(schema_.url()));
  const DatabaseOptions options{
      .url = with_port(schema_.url(), link.port()), .write_wait = Millis{600}, .most_sessions = 2};
  Database database(options, clock_);
  std::atomic<int> unavailable{0};
  const auto begun = std::chrono::steady_clock::now();
  link.cut();
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 12; ++i) {
      callers.emplace_back([&, i] {
        const auto look = [](sql::Connection& connection) { connection.query("SELECT 1"); };
        try {
          i % 2 == 0 ? database.read(look) : database.write(look);
        } catch (const Unavailable&) {
          ++unavailable;
        }
      });
    }
  }

  EXPECT_EQ(unavailable, 12);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{2});
  link.heal();
  const auto works = [&] {
    try {
      database.write(
          [](sql::Connection& connection) { SettingStore(connection).put("healed", "yes"); });
      return true;
    } catch (const Unavailable&) {
      return false;  // the next attempt to connect is not due yet
    }
  };
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  bool healed = works();
  while (!healed && std::chrono::steady_clock::now() < patience)
    healed = works();
  EXPECT_TRUE(healed);
}

TEST_F(PostgresEngine, WhatIsDoneForARequestEndsInTimeHoweverLongItHadWaited) {
  CutLink link(port_of(schema_.url()));
  Database database({.url = with_port(schema_.url(), link.port()),
                     .write_wait = Millis{2000},
                     .most_sessions = 1,
                     .statement_timeout = Millis{5000}},
                    clock_);
  const auto look = [](sql::Connection& connection) { connection.query("SELECT 1"); };
  database.read(look);
  link.cut();
  Trace trace{.arrived = std::chrono::steady_clock::now() - std::chrono::milliseconds{1200}};
  const TraceScope scope(trace);

  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THROW(database.read(look), Unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds{1600});
}

TEST_F(PostgresEngine, AServerThatIsSilentCountsAsAwayForAll) {
  CutLink link(port_of(schema_.url()));
  Database database({.url = with_port(schema_.url(), link.port()),
                     .write_wait = Millis{4000},
                     .most_sessions = 8,
                     .statement_timeout = Millis{200}},
                    clock_);
  const auto look = [](sql::Connection& connection) { connection.query("SELECT 1"); };
  database.read(look);
  link.cut();
  EXPECT_THROW(database.read_one(look), Unavailable);

  // One of them tries to connect, for 3 s; the others are told what is known.
  std::atomic<int> told_of_silence{0};
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 6; ++i) {
      callers.emplace_back([&] {
        try {
          database.read(look);
        } catch (const Unavailable& away) {
          const std::string why = away.what();
          if (why.find("no answer within 700ms") != why.npos) ++told_of_silence;
        }
      });
    }
  }
  EXPECT_EQ(told_of_silence, 5);
}

TEST_F(PostgresEngine, AWriterThatVanishedHoldsItsLocksNoLongerThanAStatementMayTake) {
  const auto user = new_user(1);
  const auto lock = [&](sql::Connection& connection) { UserStore(connection).lock(user); };
  CutLink link(port_of(schema_.url()));
  Database vanishing({.url = with_port(schema_.url(), link.port()),
                      .write_wait = Millis{300},
                      .statement_timeout = Millis{200}},
                     clock_);

  EXPECT_THROW(vanishing.write([&](sql::Connection& connection) {
    lock(connection);
    link.cut();
    connection.query("SELECT 1");
  }),
               Unavailable);

  EXPECT_NO_THROW(database_.write(lock));
}

TEST_F(PostgresEngine, ManyProgramsMayMigrateAtOnce) {
  const sql::PostgresSchema fresh;
  constexpr int many = 4;
  std::barrier start(many);
  std::atomic<int> opened{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < many; ++i) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        Database database({.url = fresh.url(), .most_sessions = 1}, clock_);
        if (database.migration_status().pending.empty()) ++opened;
      });
    }
  }

  EXPECT_EQ(opened, many);
}

TEST(PostgresEngineAway, IsToldAsUnavailable) {
  const SystemClock clock;
  EXPECT_THROW(Database({.url = "postgresql://127.0.0.1:1/botd"}, clock), Unavailable);
}

}  // namespace
}  // namespace bot::store
