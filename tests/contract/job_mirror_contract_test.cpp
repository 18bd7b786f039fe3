// What the mirror in Redis reads of the jobs, on each engine.
#include "client/types/json.hpp"
#include "server/jobs/mirror_texts.hpp"
#include "tests/contract/job_case.hpp"

namespace bot::jobs {
namespace {

constexpr Millis hour = std::chrono::seconds{redis_ttl_seconds};

class JobMirrorContract : public JobCase {
 protected:
  // All pages; a job is there once for each time that it was on one.
  std::vector<JobPicture> shown(std::int64_t limit) {
    std::vector<JobPicture> all;
    for (std::optional<ShownPlace> place = ShownPlace{}; place;) {
      auto page = read([&](sql::Connection& connection) {
        return MirrorStore(connection).shown(*place, shown_since(now()), limit);
      });
      place = page.next;
      std::move(page.jobs.begin(), page.jobs.end(), std::back_inserter(all));
    }
    return all;
  }
  // As "a running", sorted.
  std::vector<std::string> shown_states(std::int64_t limit) {
    std::vector<std::string> all;
    for (const auto& picture : shown(limit))
      all.push_back(*picture.job.username + " " + std::string(to_string(picture.job.status)));
    std::sort(all.begin(), all.end());
    return all;
  }
  NewsPage news(std::int64_t limit = 1000) {
    return read([&](sql::Connection& connection) {
      return MirrorStore(connection).news(shown_since(now()), limit);
    });
  }
  void publish(const NewsPage& page) {
    write([&](sql::Connection& connection) {
      MirrorStore(connection).published(page.events, now());
    });
  }
  void finish(const std::string& id) {
    const auto item = take();
    ASSERT_EQ(job_id_of(item), id);
    settle(item, run(item));
  }
  // As if the job had made so many accounts in its time.
  void pretend(const std::string& id, std::int64_t successful) {
    write([&](sql::Connection& connection) {
      connection.query("UPDATE jobs SET successful = $2 WHERE id = $1", {id, successful});
    });
  }
  void make_accounts(const std::string& id, std::int64_t n) {
    write([&](sql::Connection& connection) {
      for (std::int64_t unit = 0; unit < n; ++unit) {
        const auto name = id + "-" + std::to_string(unit);
        const auto user = connection.query(
            "INSERT INTO users (email, max_concurrent_bots, data, created_at)"
            " VALUES ($1, 1, '{}', 0) RETURNING id",
            {name + "@accounts.invalid"});
        AccountStore(connection)
            .add({.user_id = user[0].integer(std::size_t{0}),
                  .username = name,
                  .token_id = 0,
                  .job_id = id,
                  .unit = unit + 1'000'000},
                 now());
      }
    });
  }
};

TEST_P(JobMirrorContract, ShownIsWhatWaitsRunsOrFinishedWithinTheHourOnPagesOfAnySize) {
  finish(add({.username = "a"}));
  add({.username = "b"});
  settle(take(), queue::Outcome::dead("no"));
  clock_.advance(hour);
  finish(add({.username = "c"}));
  clock_.advance(hour - Millis{1});
  finish(add({.username = "d"}));
  add({.username = "e"});
  settle(take(), queue::Outcome::dead("no"));
  add({.username = "f"});
  add({.username = "g"});
  take();
  take();
  add({.username = "h", .priority = Priority::low});
  add({.username = "i", .priority = Priority::high});
  add({.username = "j", .priority = Priority::low});

  const std::vector<std::string> expected = {"c completed",
                                             "d completed",
                                             "e failed",
                                             "f running",
                                             "g running",
                                             "h pending",
                                             "i pending",
                                             "j pending"};
  for (const auto limit : {1, 2, 3, 1000})
    EXPECT_EQ(shown_states(limit), expected) << limit;
}

TEST_P(JobMirrorContract, WaitingJobsAreInTheOrderOfTheirClaimsOverPages) {
  for (const auto priority : {Priority::low, Priority::high, Priority::low, Priority::normal}) {
    add({.priority = priority});
    add({.priority = priority});
    clock_.advance(Millis{1});
  }
  std::vector<std::string> listed;
  QueuePlace after;
  while (true) {
    const auto page = read(
        [&](sql::Connection& connection) { return MirrorStore(connection).waiting(after, 3); });
    for (const auto& queued : page)
      listed.push_back(queued.job.id);
    if (page.size() < 3) break;
    after = {page.back().job.priority, page.back().run_at, page.back().job.item_id};
  }
  EXPECT_EQ(
      read([](sql::Connection& connection) { return MirrorStore(connection).count_waiting(); }), 8);
  ASSERT_EQ(listed.size(), 8U);
  for (const auto& id : listed)
    EXPECT_EQ(job_id_of(take()), id);
}

TEST_P(JobMirrorContract, NewsComeWithTheirJobsAndTheAccountsOfThoseThatHaveFinished) {
  const auto done = add({.username = "done", .units = 2});
  finish(done);
  const auto waits = add({.username = "waits", .units = 2});

  const auto page = news();

  EXPECT_FALSE(page.more);
  std::vector<std::string> all;
  for (const auto& unpublished : page.events) {
    EXPECT_EQ(unpublished.at, now());
    all.push_back(unpublished.event.event);
  }
  EXPECT_EQ(all,
            (std::vector<std::string>{
                "job_added", "status_updated", "status_updated", "job_completed", "job_added"}));
  ASSERT_EQ(page.jobs.size(), 2U);
  for (const auto& picture : page.jobs) {
    EXPECT_FALSE(picture.truncated);
    if (picture.job.id == waits) {
      EXPECT_TRUE(picture.accounts.empty());
    } else {
      EXPECT_EQ(picture.job.id, done);
      ASSERT_EQ(picture.accounts.size(), 2U);
      EXPECT_LT(picture.accounts[0].unit, picture.accounts[1].unit);
    }
  }
  publish(page);
  EXPECT_TRUE(news().events.empty());
}

TEST_P(JobMirrorContract, WrittenDownAsPublishedAreTheEventsThatWereAndNoOthers) {
  std::vector<std::string> ids;
  for (int i = 0; i < 7; ++i)
    ids.push_back(add({}));
  auto page = news();
  ASSERT_EQ(page.events.size(), 7U);
  for (const auto missing : {6, 3, 2, 0})
    page.events.erase(page.events.begin() + missing);

  publish(page);

  std::vector<std::string> left;
  for (const auto& unpublished : news().events)
    left.push_back(unpublished.event.job_id);
  EXPECT_EQ(left, (std::vector{ids[0], ids[2], ids[3], ids[6]}));
}

TEST_P(JobMirrorContract, AJobWithMoreAccountsThanAreListedSaysSo) {
  const auto id = add({.username = "many"});
  finish(id);
  const auto results = [&] {
    const auto jobs = shown(1000);
    EXPECT_EQ(jobs.size(), 1U);
    return types::Json::parse(results_text(jobs.at(0)));
  };
  make_accounts(id, most_accounts_shown - 1);
  EXPECT_EQ(results()["accounts"].size(), most_accounts_shown);
  EXPECT_FALSE(results().contains("truncated"));

  make_accounts(id + "x", 1);
  write([&](sql::Connection& connection) {
    connection.query("UPDATE accounts SET job_id = $1 , unit = 2000000 WHERE job_id = $2",
                     {id, id + "x"});
  });

  EXPECT_EQ(results()["accounts"].size(), most_accounts_shown);
  EXPECT_EQ(results()["truncated"], true);
  EXPECT_EQ(accounts(id).size(), most_accounts_shown) << "the API lists as many";
  const auto page = news();
  ASSERT_EQ(page.jobs.size(), 1U);
  EXPECT_TRUE(page.jobs[0].truncated);
  EXPECT_EQ(page.jobs[0].accounts.size(), most_accounts_shown);
}

TEST_P(JobMirrorContract, APageHasFewerJobsWhenTheyHaveManyAccountsAndLosesNone) {
  for (const auto* name : {"a", "b", "c"}) {
    const auto id = add({.username = name});
    finish(id);
    pretend(id, 6000);
  }
  EXPECT_EQ(shown_states(1000),
            (std::vector<std::string>{"a completed", "b completed", "c completed"}));
  std::size_t pages = 0;
  std::size_t events = 0;
  for (bool more = true; more; ++pages) {
    const auto page = news();
    EXPECT_EQ(page.jobs.size(), 1U) << "two would have 12,000 accounts";
    events += page.events.size();
    more = page.more;
    publish(page);
  }
  EXPECT_EQ(pages, 3U);
  EXPECT_EQ(events, 9U);
}

TEST_P(JobMirrorContract, EventsOfAnHourAgoAreNoNewsAndTheirJobsAreHidden) {
  const auto old = add({.username = "old"});
  finish(old);
  const auto waits = add({.username = "waits"});
  clock_.advance(hour);
  const auto fresh = add({.username = "fresh"});

  const auto page = news();
  Commands commands;
  show_news(page, now(), commands);
  publish(page);

  EXPECT_EQ(std::count_if(commands.begin(),
                          commands.end(),
                          [](const auto& command) { return command.at(0) == "PUBLISH"; }),
            1);
  ASSERT_EQ(commands.back().at(0), "PUBLISH");
  EXPECT_EQ(types::Json::parse(commands.back().at(2))["job_id"], fresh);
  EXPECT_TRUE(news().events.empty()) << "what was passed over is written down too";
  for (const auto& command : commands) {
    if (command.at(0) != "SET") continue;
    EXPECT_EQ(command.at(1).find(old), std::string::npos) << command.at(1);
  }
  EXPECT_NE(std::find(commands.begin(),
                      commands.end(),
                      std::vector<std::string>{"SET", "botrix:jobs:status:" + waits, "pending"}),
            commands.end())
      << "what waits is shown, however old it is";
}

INSTANTIATE_TEST_SUITE_P(Jobs,
                         JobMirrorContract,
                         testing::ValuesIn(store::engines()),
                         store::name_of_case);

}  // namespace
}  // namespace bot::jobs
