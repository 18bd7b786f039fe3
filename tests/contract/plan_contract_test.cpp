// What is counted and cleaned up beside the requests must not grow with what is stored: the engine
// is asked how it would run each statement.
#include <set>

#include "server/jobs/account_store.hpp"
#include "server/jobs/event_store.hpp"
#include "server/jobs/job_store.hpp"
#include "server/jobs/mirror_store.hpp"
#include "server/queue/queue.hpp"
#include "server/store/audit_store.hpp"
#include "server/store/command_store.hpp"
#include "server/store/delivery_store.hpp"
#include "server/store/idempotency_store.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/speech_store.hpp"
#include "server/store/transcript_store.hpp"
#include "tests/contract/engines.hpp"

namespace bot::store {
namespace {

// Runs each statement and notes where the engine walks a whole table for it.
class ExplainingConnection final : public sql::Connection {
 public:
  explicit ExplainingConnection(sql::Connection& real) : real_(real) {
    const auto tables = real.query(real.dialect().tables);
    for (const sql::Row row : tables)
      tables_.insert(row.text("name"));
  }

  using sql::Connection::query;
  sql::Rows query(std::string_view sql, std::span<const sql::Value> values) override {
    const auto plan = real_.query("EXPLAIN QUERY PLAN " + std::string(sql), values);
    for (const sql::Row row : plan) {
      plan_ += row.text("detail") + "\n";
      note(row.text("detail"), sql);
    }
    return real_.query(sql, values);
  }
  const sql::Dialect& dialect() const override { return real_.dialect(); }

  const std::string& scans() const { return scans_; }
  const std::string& plan() const { return plan_; }

 private:
  // As in "SCAN meetings USING INDEX …".
  void note(const std::string& detail, std::string_view sql) {
    constexpr std::string_view scan = "SCAN ";
    if (!detail.starts_with(scan)) return;
    // One row for each lane that somebody has paused.
    if (detail.starts_with("SCAN paused_lanes")) return;
    // Holds what nobody has published yet.
    if (detail == "SCAN job_events USING INDEX job_events_unpublished") return;
    const auto table = detail.substr(scan.size(), detail.find(' ', scan.size()) - scan.size());
    if (tables_.contains(table)) scans_ += detail + " for " + std::string(sql) + "\n";
  }

  sql::Connection& real_;
  std::set<std::string> tables_;
  std::string scans_;
  std::string plan_;
};

class PlanContract : public OnEachEngine {
 protected:
  template <typename F>
  std::string scans_of(F f) {
    return write([&](sql::Connection& connection) {
      ExplainingConnection explaining(connection);
      f(explaining);
      return explaining.scans();
    });
  }
};

TEST_P(PlanContract, ItSeesAScan) {
  EXPECT_NE(scans_of([](sql::Connection& connection) { MeetingStore(connection).count(); }), "");
}

TEST_P(PlanContract, CountingMeetingsByStateScansNothing) {
  for (const auto state : domain::all_states) {
    EXPECT_EQ(
        scans_of([&](sql::Connection& connection) { MeetingStore(connection).count_in(state); }),
        "");
    EXPECT_EQ(scans_of([&](sql::Connection& connection) {
                MeetingStore(connection).list_all({.limit = 10, .status = state});
              }),
              "");
  }
}

TEST_P(PlanContract, CountingASessionsOpenCommandsScansNothing) {
  EXPECT_EQ(
      scans_of([](sql::Connection& connection) { CommandStore(connection).count_open("uid"); }),
      "");
}

TEST_P(PlanContract, CountingTheQueueScansNothing) {
  EXPECT_EQ(scans_of([this](sql::Connection& connection) { queue::counts(connection, now()); }),
            "");
}

TEST_P(PlanContract, ClaimingScansNoTableWhenItemsArePassedOver) {
  EXPECT_EQ(scans_of([this](sql::Connection& connection) {
              for (const auto* key : {"a", "a", "b"})
                queue::enqueue(connection, {.lane = "l", .kind = "k", .fair_key = key}, now());
              queue::Shares shares(1);
              queue::claim(connection, {"l", "me", Millis{1000}}, 9, now(), shares);
              queue::next_run_at(connection, "l", shares);
            }),
            "");
}

TEST_P(PlanContract, LookingThroughTheDeadLettersScansNothing) {
  EXPECT_EQ(scans_of([this](sql::Connection& connection) {
              queue::dead(connection, {}, 10);
              queue::dead(connection, {.lane = "l", .before_id = 9}, 10);
              queue::purge_dead(connection, "l", now());
            }),
            "");
}

TEST_P(PlanContract, WithdrawingAnItemLooksAtNoOther) {
  const auto plan = write([this](sql::Connection& connection) {
    ExplainingConnection explaining(connection);
    queue::withdraw(explaining, "l", "k", now());
    return explaining.plan();
  });
  EXPECT_NE(plan.find("queue_items_unfinished (lane=? AND unique_key=?)"), std::string::npos)
      << plan;
}

TEST_P(PlanContract, DeletingWhatIsOldScansNothing) {
  EXPECT_EQ(scans_of([this](sql::Connection& connection) {
              TranscriptStore(connection).purge_ended_before(now());
              SpeechStore(connection).purge_events_of_ended(now(), 10);
              DeliveryStore(connection).purge_before(now(), 10);
              DeliveryStore(connection).give_up_abandoned("l", now(), 10);
              IdempotencyStore(connection).purge_before(now(), 10);
              AuditStore(connection).purge_before(now(), 10);
              queue::purge_done(connection, now());
            }),
            "");
}

TEST_P(PlanContract, StatisticsOfJobsWalkNoFinishedItemAndNoOtherOwnersRows) {
  EXPECT_EQ(scans_of([this](sql::Connection& connection) {
              jobs::JobStore jobs(connection);
              jobs.counts(7);
              jobs.waiting(now());
              jobs.waiting(now(), 7);
              jobs::AccountStore accounts(connection);
              accounts.list({.owner_user_id = 7});
              accounts.count({.owner_user_id = 7});
              accounts.counts(now(), 7);
            }),
            "");
  const auto plan = write([](sql::Connection& connection) {
    ExplainingConnection explaining(connection);
    jobs::JobStore(explaining).counts();
    return explaining.plan();
  });
  EXPECT_EQ(plan.find("queue_items_done"), std::string::npos) << plan;
  for (const auto* index : {"ready", "leased", "dead", "cancelled"})
    EXPECT_NE(plan.find(std::string("queue_items_") + index), std::string::npos) << index << plan;
}

TEST_P(PlanContract, FollowingTheEventsOfJobsScansNothing) {
  const auto plan = write([this](sql::Connection& connection) {
    ExplainingConnection explaining(connection);
    jobs::EventStore(explaining).settled(now());
    EXPECT_EQ(explaining.scans(), "");
    return explaining.plan();
  });
  EXPECT_NE(plan.find("job_events_by_age (at>? AND at<?)"), std::string::npos) << plan;
  EXPECT_EQ(scans_of([this](sql::Connection& connection) {
              jobs::EventStore events(connection);
              events.newest();
              events.page({.since = 9}, now());
              events.page({.since = 9, .owner_user_id = 7}, now());
              events.page({.since = 9, .job_id = "job"}, now());
              events.purge_before(now(), 10);
            }),
            "");
}

TEST_P(PlanContract, TheMirrorOfTheJobsReadsNothingOfThoseThatAreNotShown) {
  const auto plan_of = [this](auto question) {
    return write([&](sql::Connection& connection) {
      ExplainingConnection explaining(connection);
      question(explaining);
      EXPECT_EQ(explaining.scans(), "");
      return explaining.plan();
    });
  };
  write([this](sql::Connection& connection) {
    const std::vector<jobs::NewJob> jobs(2);
    jobs::JobStore(connection).create(jobs, {}, now());
    connection.query(
        "UPDATE jobs SET successful = 1 WHERE item_id = (SELECT MIN(id) FROM queue_items)");
    connection.query(
        "UPDATE queue_items SET status = 'done', finished_at = $1"
        " WHERE id = (SELECT MIN(id) FROM queue_items)",
        {now()});
    connection.query("UPDATE job_events SET event = 'job_completed'");
  });
  const auto shown = [&](jobs::ShownPlace::Part part) {
    return plan_of([&, part](sql::Connection& connection) {
      jobs::MirrorStore(connection).shown({.part = part}, now() - 1, 1);
    });
  };
  using Part = jobs::ShownPlace::Part;

  const auto finished = shown(Part::finished);
  EXPECT_NE(finished.find("job_events_by_age (at>?"), std::string::npos) << finished;
  EXPECT_NE(finished.find("SEARCH accounts"), std::string::npos) << finished;
  const auto news = plan_of(
      [this](sql::Connection& connection) { jobs::MirrorStore(connection).news(now() - 1, 10); });
  EXPECT_NE(news.find("job_events_unpublished"), std::string::npos) << news;
  EXPECT_NE(news.find("SEARCH accounts"), std::string::npos) << news;
  const auto running = shown(Part::running);
  EXPECT_NE(running.find("queue_items_leased (status=?)"), std::string::npos) << running;
  for (const auto& waiting : {shown(Part::waiting), plan_of([](sql::Connection& connection) {
                                jobs::MirrorStore(connection).waiting({}, 10);
                                jobs::MirrorStore(connection).count_waiting();
                              })}) {
    EXPECT_NE(waiting.find("queue_items_ready (lane=? AND priority=? AND"), std::string::npos)
        << waiting;
    EXPECT_EQ(waiting.find("TEMP B-TREE"), std::string::npos)
        << "sorts all that waits: " << waiting;
  }
}

INSTANTIATE_TEST_SUITE_P(Plan, PlanContract, testing::ValuesIn(engines()), name_of_case);

}  // namespace
}  // namespace bot::store
