// What the tests of jobs, of their accounts and of their events share.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

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

inline constexpr Millis lease{30'000};

class JobCase : public store::OnEachEngine {
 protected:
  JobCase() { listen(listeners_, clock_); }

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
          queue::retry_at(connection,
                          item.id,
                          item.fence,
                          {.run_at = now(), .error = outcome.reason},
                          now(),
                          listeners_);
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

}  // namespace bot::jobs
