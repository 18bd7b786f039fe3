// Jobs, their accounts and their events, on each engine.
#include <atomic>
#include <thread>

#include "base/ids.hpp"
#include "server/jobs/account_store.hpp"
#include "server/jobs/event_store.hpp"
#include "server/jobs/handlers.hpp"
#include "server/jobs/job_settings.hpp"
#include "server/jobs/job_store.hpp"
#include "server/jobs/provision.hpp"
#include "server/queue/queue.hpp"
#include "server/store/token_store.hpp"
#include "server/store/user_store.hpp"
#include "tests/contract/engines.hpp"

namespace bot::jobs {
namespace {

constexpr Millis lease{30'000};

class JobContract : public store::OnEachEngine {
 protected:
  JobContract() { listen(listeners_, clock_); }

  std::string add(const NewJob& job, const JobRules& rules = {}) {
    return write([&](sql::Connection& connection) {
             return JobStore(connection).create(std::span(&job, 1), rules, now());
           })
        .front();
  }
  JobRow job(const std::string& id) {
    return *read([&](sql::Connection& connection) { return JobStore(connection).find(id); });
  }
  std::vector<JobRow> list(const JobFilter& filter) {
    return read([&](sql::Connection& connection) { return JobStore(connection).list(filter); });
  }
  // The ids of a filter's jobs, by the username that each was made with.
  std::string names(const JobFilter& filter) {
    std::string all;
    for (const auto& row : list(filter))
      all += row.username.value_or("?");
    return all;
  }
  queue::Item take(const std::string& owner = "w1") {
    const auto items = write([&](sql::Connection& connection) {
      return queue::claim(connection, {lane, owner, lease}, 1, now(), listeners_);
    });
    EXPECT_EQ(items.size(), 1U);
    return items.empty() ? queue::Item{} : items.front();
  }
  queue::Outcome run(const queue::Item& item, const queue::Run& run = {}) {
    return job_kinds(*database_, clock_, "accounts.invalid").run(item, run);
  }
  // As a worker that is asked to stop once it has done so many units.
  queue::Outcome run_until(const queue::Item& item, int units, queue::StopReason why) {
    int looks = 0;
    queue::Run stopping;
    stopping.why = [&] { return looks++ < units ? queue::StopReason::none : why; };
    return run(item, stopping);
  }
  void settle(const queue::Item& item, const queue::Outcome& outcome) {
    write([&](sql::Connection& connection) {
      switch (outcome.kind) {
        case queue::Outcome::Kind::done:
          queue::complete(connection, item.id, item.fence, now(), listeners_);
          break;
        case queue::Outcome::Kind::dead:
          queue::bury(connection, item.id, item.fence, outcome.reason, now(), listeners_);
          break;
        case queue::Outcome::Kind::retry:
        case queue::Outcome::Kind::cancelled:
          queue::retry_at(
              connection, item.id, item.fence, now(), outcome.reason, now(), listeners_);
          break;
        case queue::Outcome::Kind::snooze:
          queue::snooze(connection, item.id, item.fence, outcome.until, now(), listeners_);
          break;
      }
    });
  }
  // Its worker is gone: the lease runs out.
  void lose_worker() {
    clock_.advance(lease + Millis{1});
    write(
        [&](sql::Connection& connection) { queue::return_expired(connection, now(), listeners_); });
  }
  std::vector<AccountRow> accounts(const std::string& id) {
    return read([&](sql::Connection& connection) { return AccountStore(connection).of_job(id); });
  }
  std::int64_t users() {
    return read([](sql::Connection& connection) { return store::UserStore(connection).count(); });
  }
  types::JobEventPage events(const EventFilter& filter = {}) {
    return read(
        [&](sql::Connection& connection) { return EventStore(connection).page(filter, now()); });
  }
  // "job_added pending 0/3", in order.
  std::vector<std::string> told(const EventFilter& filter = {}) {
    std::vector<std::string> all;
    for (const auto& event : events(filter).events) {
      all.push_back(event.event + " " + event.status + " " + std::to_string(event.data.progress) +
                    "/" + std::to_string(event.data.count));
    }
    return all;
  }

  queue::Listeners listeners_;
};

using Told = std::vector<std::string>;

TEST_P(JobContract, AJobIsInTheStateOfItsItem) {
  const auto id = add({.owner_user_id = 7, .username = "crew", .priority = Priority::high});
  auto row = job(id);
  EXPECT_EQ(row.status, JobStatus::pending);
  EXPECT_EQ(row.priority, 2);
  EXPECT_EQ(row.owner_user_id, 7);
  EXPECT_EQ(row.created_at, now());
  EXPECT_EQ(row.started_at, std::nullopt);

  const auto item = take();
  EXPECT_EQ(job_id_of(item), id);
  EXPECT_EQ(item.max_attempts, 4);
  EXPECT_EQ(item.time_limit, Millis{300'000});
  EXPECT_EQ(job(id).status, JobStatus::running);
  EXPECT_EQ(job(id).started_at, now());

  settle(item, run(item));
  row = job(id);
  EXPECT_EQ(row.status, JobStatus::completed);
  EXPECT_EQ(row.successful, 1);
  EXPECT_EQ(row.finished_at, now());
  EXPECT_EQ(row.error_msg, std::nullopt);
  EXPECT_EQ(
      told(),
      (Told{"job_added pending 0/1", "status_updated running 0/1", "job_completed completed 1/1"}));
}

TEST_P(JobContract, ManyAreMadeInTheirOrderWithTheirOwnIds) {
  std::vector<NewJob> wanted(100);
  const auto ids = write(
      [&](sql::Connection& connection) { return JobStore(connection).create(wanted, {}, now()); });
  ASSERT_EQ(ids.size(), 100U);
  EXPECT_EQ(job_id_of(take()), ids.front());
  EXPECT_EQ(list({.limit = 1}).front().id, ids.back());
  EXPECT_EQ(list({.limit = 1000}).size(), 100U);
}

TEST_P(JobContract, AreNotThereWhenTheirTransactionIsUndone) {
  EXPECT_ANY_THROW(write([&](sql::Connection& connection) {
    const NewJob job;
    JobStore(connection).create(std::span(&job, 1), {}, now());
    throw std::runtime_error("undone");
  }));
  EXPECT_TRUE(list({}).empty());
  EXPECT_TRUE(events().events.empty());
}

TEST_P(JobContract, AreListedByOwnerStateKindAndTimeTheNewestFirst) {
  add({.owner_user_id = 7, .username = "a"});
  add({.owner_user_id = 8, .username = "b"});
  clock_.advance(Millis{1000});
  const auto second = now();
  add({.kind = "import", .owner_user_id = 7, .username = "c"});
  const auto item = take();
  settle(item, queue::Outcome::dead("no"));

  EXPECT_EQ(names({}), "cba");
  EXPECT_EQ(names({.owner_user_id = 7}), "ca");
  EXPECT_EQ(names({.status = JobStatus::pending}), "cb");
  EXPECT_EQ(names({.status = JobStatus::failed}), "a");
  EXPECT_EQ(names({.owner_user_id = 7, .status = JobStatus::pending}), "c");
  EXPECT_EQ(names({.kind = "import"}), "c");
  EXPECT_EQ(names({.created_since = second}), "c");
  EXPECT_EQ(names({.limit = 1, .offset = 1}), "b");
  read([&](sql::Connection& connection) {
    JobStore jobs(connection);
    EXPECT_FALSE(jobs.find(*job_id_of(item), 8).has_value());
    EXPECT_TRUE(jobs.find(*job_id_of(item), 7).has_value());
    EXPECT_EQ(jobs.counts().pending, 2);
    EXPECT_EQ(jobs.counts().failed, 1);
    EXPECT_EQ(jobs.counts(7).pending, 1);
    EXPECT_EQ(jobs.counts().total(), 3);
  });
}

TEST_P(JobContract, ThoseThatWaitAreCountedOnceByTheirPriority) {
  for (const auto priority : {Priority::high, Priority::normal, Priority::normal, Priority::low})
    add({.priority = priority});
  const auto begun = now();
  clock_.advance(Millis{500});

  const auto waiting =
      read([&](sql::Connection& connection) { return JobStore(connection).waiting(now()); });

  EXPECT_EQ(waiting.high, 1);
  EXPECT_EQ(waiting.normal, 2);
  EXPECT_EQ(waiting.low, 1);
  EXPECT_EQ(waiting.oldest_at, begun);
}

TEST_P(JobContract, AFinishedOneIsDeletedAndItsAccountsStay) {
  const auto id = add({});
  const auto remove = [&] {
    return write(
        [&](sql::Connection& connection) { return JobStore(connection).remove(id, listeners_); });
  };
  EXPECT_FALSE(remove());
  const auto item = take();
  EXPECT_FALSE(remove());
  settle(item, run(item));
  EXPECT_TRUE(remove());
  EXPECT_FALSE(remove());
  EXPECT_TRUE(list({}).empty());
  EXPECT_EQ(accounts(id).size(), 1U);
  EXPECT_EQ(told().back(), "job_deleted completed 1/1");
}

TEST_P(JobContract, APurgeOfItsLaneIsWrittenDownLikeEveryOtherEnd) {
  const auto waits = add({});
  const auto purge = [&](queue::ItemStatus status) {
    write([&](sql::Connection& connection) {
      queue::purge(
          connection, {.lane = std::string(lane), .status = status}, 10, now(), listeners_);
    });
  };
  purge(queue::ItemStatus::ready);
  EXPECT_EQ(job(waits).status, JobStatus::cancelled);
  EXPECT_EQ(job(waits).error_msg, "it was purged");
  purge(queue::ItemStatus::done);
  EXPECT_TRUE(list({}).empty());
  EXPECT_EQ(
      told(),
      (Told{"job_added pending 0/1", "job_cancelled cancelled 0/1", "job_deleted cancelled 0/1"}));
}

TEST_P(JobContract, EachStateIsCountedForAllAndForAnOwner) {
  for (const auto owner : {7, 8, 8}) {
    for (int i = 0; i < 5; ++i)
      add({.owner_user_id = owner});
  }
  const auto end_as = [&](const std::optional<queue::Outcome>& outcome) {
    const auto item = take();
    if (outcome) settle(item, *outcome);
    return item;
  };
  end_as(queue::Outcome::done());
  end_as(queue::Outcome::dead("no"));
  const auto cancelled = take();
  write([&](sql::Connection& connection) {
    queue::request_cancel(connection, cancelled.id, "enough", now(), listeners_);
  });
  settle(cancelled, queue::Outcome::cancelled("enough"));
  end_as({});
  const auto counts = [&](std::optional<std::int64_t> owner) {
    const auto all =
        read([&](sql::Connection& connection) { return JobStore(connection).counts(owner); });
    return std::vector{all.pending, all.running, all.completed, all.failed, all.cancelled};
  };
  using Counts = std::vector<std::int64_t>;
  EXPECT_EQ(counts({}), (Counts{11, 1, 1, 1, 1}));
  EXPECT_EQ(counts(7), (Counts{1, 1, 1, 1, 1}));
  EXPECT_EQ(counts(8), (Counts{10, 0, 0, 0, 0}));
  EXPECT_EQ(counts(9), (Counts{0, 0, 0, 0, 0}));
  EXPECT_EQ(read([&](sql::Connection& connection) {
              return JobStore(connection).waiting(now(), 7);
            }).normal,
            1);
}

TEST_P(JobContract, EachAccountIsAUserWithATokenThatNobodyKnows) {
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

TEST_P(JobContract, AWorkerLostBetweenItsWorkAndItsVerdictMakesNothingTwice) {
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

TEST_P(JobContract, AWorkerLostInTheMiddleLeavesTheRestToTheNext) {
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

TEST_P(JobContract, AWorkerThatHasLostTheJobDoesNothingMore) {
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

TEST_P(JobContract, TwoThatWorkAtOnceMakeEachUnitOnce) {
  const auto id = add({.units = 20});
  const auto item = take();
  std::thread other([&] { run(item); });
  run(item);
  other.join();
  EXPECT_EQ(users(), 20);
  EXPECT_EQ(job(id).successful, 20);
}

TEST_P(JobContract, WhatIsMissingIsSaidAndTriedAgainAlone) {
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

TEST_P(JobContract, OneThatIsCancelledWhileItRunsStopsAndKeepsWhatItHasMade) {
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

TEST_P(JobContract, AShutdownCostsNoAttemptAndAnAttemptThatTakesTooLongDoes) {
  add({.units = 2});
  const auto item = take();
  EXPECT_EQ(run_until(item, 1, queue::StopReason::shutdown).kind, queue::Outcome::Kind::snooze);
  const auto late = run_until(item, 0, queue::StopReason::time_limit);
  EXPECT_EQ(late.kind, queue::Outcome::Kind::retry);
  EXPECT_EQ(late.reason, "the time of an attempt was over after 1 of 2");
}

TEST_P(JobContract, ItemsThatCannotBeReadOrDoneAreDeadLettersWithTheirReason) {
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

TEST_P(JobContract, ARowOfAnImportIsAUserOrAMistakeWithItsLine) {
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

TEST_P(JobContract, ATokenIsShownOnceAndIsTheKeyFromThenOn) {
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

TEST_P(JobContract, AccountsAreListedByOwnerAndStatus) {
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
    EXPECT_EQ(accounts.counts(now()).total(), 2);
    EXPECT_EQ(accounts.counts(now()).created_since, 2);
    EXPECT_EQ(accounts.counts(now() + 1, 8).created_since, 0);
    EXPECT_EQ(accounts.counts(now(), 8).suspended, 1);
    EXPECT_FALSE(accounts.find(first[0].user_id, 7).has_value());
  });
}

TEST_P(JobContract, OfTwoThatAreGivenOneNameAtOnceOneGetsItAndTheOtherStaysAsItIs) {
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

TEST_P(JobContract, EventsAreThoseAfterOneAskedForOfOneJobOrOfOneOwner) {
  const auto mine = add({.owner_user_id = 7});
  const auto other = add({.owner_user_id = 8});
  const auto all = events();
  ASSERT_EQ(all.events.size(), 2U);
  EXPECT_EQ(all.next, all.events[1].seq);
  EXPECT_EQ(events({.since = all.events[0].seq}).events.size(), 1U);
  EXPECT_EQ(events({.since = all.next}).events.size(), 0U);
  EXPECT_EQ(events({.since = all.next}).next, all.next);
  EXPECT_EQ(events({.job_id = other}).events.front().job_id, other);
  EXPECT_EQ(events({.owner_user_id = 7}).events.front().job_id, mine);
  // What is not for this one need not be looked at again.
  EXPECT_EQ(events({.owner_user_id = 9}).next, all.next);
  EXPECT_EQ(events({.limit = 1}).next, all.events[0].seq);
}

TEST_P(JobContract, EventsWaitForThoseBeforeThemThatMayYetBeCommitted) {
  add({.username = "a"});
  const auto seen = events().next;
  // A number that somebody was given whose transaction is not committed, or never will be.
  const auto id = add({.username = "b"});
  write([&](sql::Connection& connection) {
    connection.query("UPDATE job_events SET id = id + 1 WHERE job_id = $1", {id});
  });

  EXPECT_TRUE(events({.since = seen}).events.empty());
  EXPECT_EQ(events({.since = seen}).next, seen);
  clock_.advance(longest_commit - Millis{1});
  EXPECT_TRUE(events({.since = seen}).events.empty()) << "its writer may still be waiting";
  clock_.advance(Millis{1});
  EXPECT_EQ(events({.since = seen}).events.size(), 1U);
  EXPECT_GE(longest_commit, store::DatabaseOptions{}.write_wait + Millis{1000});
}

TEST_P(JobContract, OldEventsArePurged) {
  add({});
  clock_.advance(Millis{1000});
  add({});
  write([&](sql::Connection& connection) {
    EXPECT_EQ(EventStore(connection).purge_before(now(), 10), 1U);
  });
  clock_.advance(longest_commit);
  EXPECT_EQ(events().events.size(), 1U);
}

TEST_P(JobContract, SettingsHoldForJobsMadeFromThenOn) {
  write([&](sql::Connection& connection) {
    write_settings(connection, {.max_retries = 1, .time_limit = {}});
    write_settings(connection, {.max_retries = {}, .time_limit = Millis{5000}});
    const auto rules = rules_now(connection, {});
    EXPECT_EQ(rules.max_retries, 1);
    EXPECT_EQ(rules.time_limit, Millis{5000});
    EXPECT_EQ(count_workers(connection, now()), 0);
  });
}

INSTANTIATE_TEST_SUITE_P(Jobs,
                         JobContract,
                         testing::ValuesIn(store::engines()),
                         store::name_of_case);

}  // namespace
}  // namespace bot::jobs
