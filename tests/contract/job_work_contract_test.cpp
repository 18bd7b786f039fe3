// What workers make of jobs, and the accounts, on each engine.
#include <atomic>
#include <thread>

#include "tests/contract/job_case.hpp"

namespace bot::jobs {
namespace {

class JobWorkContract : public JobCase {};

TEST_P(JobWorkContract, EachAccountIsAUserWithATokenThatNobodyKnows) {
  const auto id = add({.owner_user_id = 7, .username = "crew", .units = 2});
  const auto item = take();
  settle(item, run(item));

  const auto made = accounts(id);
  ASSERT_EQ(made.size(), 2U);
  EXPECT_EQ(made[0].username, "crew-1");
  EXPECT_EQ(made[1].email, "crew-2@accounts.invalid");
  EXPECT_EQ(made[0].owner_user_id, 7);
  EXPECT_EQ(made[0].max_concurrent_bots, 1);
  EXPECT_EQ(made[0].token_shown_at, std::nullopt);
  read([&](sql::Connection& connection) {
    const auto tokens = store::TokenStore(connection).list(made[0].user_id);
    ASSERT_EQ(tokens.size(), 1U);
    EXPECT_EQ(tokens[0].id, made[0].token_id);
  });
}

TEST_P(JobWorkContract, AWorkerLostBetweenItsWorkAndItsVerdictMakesNothingTwice) {
  const auto id = add({.units = 3});
  const auto first = take("w1");
  EXPECT_EQ(run(first).kind, queue::Outcome::Kind::done);  // and is killed
  lose_worker();
  EXPECT_EQ(job(id).status, JobStatus::pending);

  const auto second = take("w2");
  EXPECT_EQ(second.attempts, 2);
  settle(second, run(second));

  EXPECT_EQ(job(id).status, JobStatus::completed);
  EXPECT_EQ(job(id).successful, 3);
  EXPECT_EQ(users(), 3);
  EXPECT_EQ(accounts(id).size(), 3U);
}

TEST_P(JobWorkContract, AWorkerLostInTheMiddleLeavesTheRestToTheNext) {
  const auto id = add({.units = 5});
  run_until(take("w1"), 2, queue::StopReason::shutdown);  // and is killed
  EXPECT_EQ(job(id).successful, 2);
  lose_worker();
  EXPECT_EQ(job(id).error_msg, "worker w1 was lost");
  EXPECT_EQ(events().events.back().error, "worker w1 was lost");
  EXPECT_EQ(events().events.back().worker_id, "w1");

  const auto second = take("w2");
  settle(second, run(second));

  EXPECT_EQ(job(id).successful, 5);
  EXPECT_EQ(users(), 5);
}

TEST_P(JobWorkContract, AWorkerThatHasLostTheJobDoesNothingMore) {
  const auto id = add({.units = 3});
  const auto first = take("w1");
  lose_worker();
  const auto second = take("w2");

  EXPECT_EQ(run(first).kind, queue::Outcome::Kind::retry);
  EXPECT_EQ(users(), 0);
  settle(second, run(second));
  settle(first, run(first));
  EXPECT_EQ(users(), 3);
  EXPECT_EQ(job(id).successful, 3);
}

TEST_P(JobWorkContract, TwoThatWorkAtOnceMakeEachUnitOnce) {
  const auto id = add({.units = 20});
  const auto item = take();
  std::thread other([&] { run(item); });
  run(item);
  other.join();
  EXPECT_EQ(users(), 20);
  EXPECT_EQ(job(id).successful, 20);
}

TEST_P(JobWorkContract, WhatIsMissingIsSaidAndTriedAgainAlone) {
  write([&](sql::Connection& connection) {
    store::UserStore(connection).find_or_create({.email = "crew-2@accounts.invalid"}, now());
  });
  const auto id = add({.username = "crew", .units = 3});
  const auto item = take();
  settle(item, run(item));

  auto row = job(id);
  EXPECT_EQ(row.status, JobStatus::failed);
  EXPECT_EQ(row.successful, 2);
  EXPECT_EQ(row.failed, 1);
  EXPECT_EQ(row.error_msg,
            "partial: 2 of 3 accounts exist: the e-mail crew-2@accounts.invalid is taken");

  write([&](sql::Connection& connection) {
    store::UserStore users(connection);
    users.remove(users.find_by_email("crew-2@accounts.invalid")->id);
    EXPECT_TRUE(queue::revive(connection, row.item_id, now(), listeners_));
  });
  EXPECT_EQ(job(id).error_msg, std::nullopt);
  EXPECT_EQ(job(id).failed, 0);
  EXPECT_EQ(told().back(), "status_updated pending 2/3");
  const auto again = take();
  settle(again, run(again));

  row = job(id);
  EXPECT_EQ(row.status, JobStatus::completed);
  EXPECT_EQ(row.successful, 3);
  EXPECT_EQ(row.failed, 0);
  EXPECT_EQ(users(), 3);
}

TEST_P(JobWorkContract, OneThatIsCancelledWhileItRunsStopsAndKeepsWhatItHasMade) {
  const auto id = add({.units = 5});
  const auto item = take();
  write([&](sql::Connection& connection) {
    EXPECT_EQ(queue::request_cancel(connection, item.id, "enough", now(), listeners_),
              queue::Cancellation::asked);
  });
  const auto outcome = run_until(item, 2, queue::StopReason::cancelled);
  EXPECT_EQ(outcome.kind, queue::Outcome::Kind::cancelled);
  settle(item, outcome);

  EXPECT_EQ(job(id).status, JobStatus::cancelled);
  EXPECT_EQ(job(id).successful, 2);
  EXPECT_EQ(told().back(), "job_cancelled cancelled 2/5");
}

TEST_P(JobWorkContract, AShutdownCostsNoAttemptAndAnAttemptThatTakesTooLongDoes) {
  add({.units = 2});
  const auto item = take();
  EXPECT_EQ(run_until(item, 1, queue::StopReason::shutdown).kind, queue::Outcome::Kind::snooze);
  const auto late = run_until(item, 0, queue::StopReason::time_limit);
  EXPECT_EQ(late.kind, queue::Outcome::Kind::retry);
  EXPECT_EQ(late.reason, "the time of an attempt was over after 1 of 2");
}

TEST_P(JobWorkContract, ItemsThatCannotBeReadOrDoneAreDeadLettersWithTheirReason) {
  const auto outcome_of = [&](const std::string& kind,
                              const std::string& payload,
                              queue::Outcome::Kind expected = queue::Outcome::Kind::dead) {
    write([&](sql::Connection& connection) {
      queue::enqueue(
          connection, {.lane = std::string(lane), .kind = kind, .payload = payload}, now());
    });
    const auto item = take();
    const auto outcome = run(item);
    settle(item, outcome);
    EXPECT_EQ(outcome.kind, expected);
    return outcome.reason;
  };
  EXPECT_EQ(outcome_of("accounts", "{broken"), "the payload names no job");
  EXPECT_EQ(outcome_of("accounts", R"({"job_id":7})"), "the payload names no job");
  EXPECT_EQ(outcome_of("accounts", R"({"job_id":"x"})"), "there is no job x");
  EXPECT_EQ(outcome_of("import", "[]"), "the payload holds no CSV text");
  // Another worker may.
  EXPECT_EQ(outcome_of("brew", "{}", queue::Outcome::Kind::retry),
            "this worker knows no jobs of the kind brew");
  EXPECT_TRUE(events().events.empty());
}

TEST_P(JobWorkContract, ARowOfAnImportIsAUserOrAMistakeWithItsLine) {
  const auto id = add(
      {.kind = "import",
       .units = 3,
       .payload =
           R"({"csv":"name,email,max_concurrent_bots\nAnn,ann@x.org,5\nBob,b,1\n,c@x.org,\n"})"});
  const auto item = take();
  settle(item, run(item));

  const auto row = job(id);
  EXPECT_EQ(row.status, JobStatus::failed);
  EXPECT_EQ(row.error_msg,
            "partial: 2 of 3 accounts exist: line 3: the email is not a valid address");
  const auto made = accounts(id);
  ASSERT_EQ(made.size(), 2U);
  EXPECT_EQ(made[0].username, "ann@x.org");
  EXPECT_EQ(made[0].max_concurrent_bots, 5);
  EXPECT_EQ(made[1].max_concurrent_bots, 1);
}

TEST_P(JobWorkContract, ATokenIsShownOnceAndIsTheKeyFromThenOn) {
  const auto id = add({.units = 2});
  const auto item = take();
  settle(item, run(item));
  const auto show = [&] {
    return write([&](sql::Connection& connection) { return show_tokens(connection, id, now()); });
  };
  const auto made = accounts(id);
  write([&](sql::Connection& connection) {
    store::TokenStore(connection).remove(*made[1].token_id);  // by an administrator
  });

  const auto shown = show();

  ASSERT_EQ(shown.size(), 2U);
  EXPECT_EQ(shown[0].token_id, made[0].token_id);
  EXPECT_NE(shown[0].token, shown[1].token);
  EXPECT_TRUE(show().empty());
  for (const auto& account : accounts(id))
    EXPECT_EQ(account.token_shown_at, now());
  EXPECT_EQ(accounts(id)[1].token_id, shown[1].token_id);
}

TEST_P(JobWorkContract, AccountsAreListedByOwnerStatusNameAndJob) {
  add({.owner_user_id = 7, .username = "a"});
  add({.owner_user_id = 8, .username = "b"});
  for (int i = 0; i < 2; ++i) {
    const auto item = take();
    settle(item, run(item));
  }
  const auto first =
      read([&](sql::Connection& connection) { return AccountStore(connection).list({}); });
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].username, "b");
  write([&](sql::Connection& connection) {
    store::UserStore(connection)
        .update(first[0].user_id, {.status = domain::UserStatus::suspended});
    EXPECT_FALSE(AccountStore(connection).rename(first[0].user_id, "a"));
    EXPECT_TRUE(AccountStore(connection).rename(first[0].user_id, "c"));
  });
  read([&](sql::Connection& connection) {
    AccountStore accounts(connection);
    EXPECT_EQ(accounts.list({.owner_user_id = 7}).size(), 1U);
    EXPECT_EQ(accounts.list({.status = domain::UserStatus::suspended}).front().username, "c");
    EXPECT_EQ(accounts.count({.status = domain::UserStatus::active}), 1);
    EXPECT_EQ(accounts.list({.username = "c"}).front().user_id, first[0].user_id);
    EXPECT_EQ(accounts.count({.owner_user_id = 7, .username = "c"}), 0);
    EXPECT_EQ(accounts.list({.job_id = first[1].job_id}).front().username, "a");
    EXPECT_EQ(accounts.count({.username = "c", .job_id = first[1].job_id}), 0);
    EXPECT_EQ(accounts.counts(now()).total(), 2);
    EXPECT_EQ(accounts.counts(now()).created_since, 2);
    EXPECT_EQ(accounts.counts(now() + 1, 8).created_since, 0);
    EXPECT_EQ(accounts.counts(now(), 8).suspended, 1);
    EXPECT_FALSE(accounts.find(first[0].user_id, 7).has_value());
  });
}

TEST_P(JobWorkContract, OfTwoThatAreGivenOneNameAtOnceOneGetsItAndTheOtherStaysAsItIs) {
  for (const std::string name : {"a", "b"}) {
    add({.owner_user_id = 7, .username = name});
    const auto item = take();
    settle(item, run(item));
  }
  const auto before =
      read([&](sql::Connection& connection) { return AccountStore(connection).list({}); });
  ASSERT_EQ(before.size(), 2U);
  for (int round = 0; round < 20; ++round) {
    const auto name = "new-" + std::to_string(round);
    std::atomic<int> renamed{0};
    const auto rename = [&](std::int64_t id) {
      renamed += write([&](sql::Connection& connection) {
        return AccountStore(connection).rename(id, name);
      })
                     ? 1
                     : 0;
    };
    std::thread other([&] { rename(before[0].user_id); });
    rename(before[1].user_id);
    other.join();
    ASSERT_EQ(renamed, 1);
  }
  const auto after =
      read([&](sql::Connection& connection) { return AccountStore(connection).list({}); });
  ASSERT_EQ(after.size(), 2U);
  EXPECT_NE(after[0].username, after[1].username);
  EXPECT_EQ(after[0].token_id, before[0].token_id);
  EXPECT_EQ(after[0].owner_user_id, before[0].owner_user_id);
  EXPECT_EQ(after[0].created_at, before[0].created_at);
}

INSTANTIATE_TEST_SUITE_P(Jobs,
                         JobWorkContract,
                         testing::ValuesIn(store::engines()),
                         store::name_of_case);

}  // namespace
}  // namespace bot::jobs
