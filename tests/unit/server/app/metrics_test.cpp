#include "server/app/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/app/gauges.hpp"
#include "server/queue/queue.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/user_store.hpp"
#include "tests/fakes/base/manual_clock.hpp"

namespace bot::app {
namespace {

using testing::HasSubstr;
using testing::Not;

http::AccessRecord record(const std::string& method, const std::string& pattern, int status) {
  http::AccessRecord made;
  made.method = method;
  made.pattern = pattern;
  made.target = "/secret-looking/target";
  made.status = status;
  made.duration = std::chrono::milliseconds(2);
  return made;
}

TEST(Metrics, CountRequestsByRouteAndStatus) {
  Metrics metrics;
  metrics.observe(record("GET", "/bots", 200));
  metrics.observe(record("GET", "/bots", 200));
  metrics.observe(record("GET", "/bots", 401));

  const auto text = metrics.text();
  EXPECT_THAT(text, HasSubstr("# TYPE botd_http_requests_total counter\n"));
  EXPECT_THAT(text,
              HasSubstr(R"(botd_http_requests_total{method="GET",route="/bots",status="200"} 2)"));
  EXPECT_THAT(text,
              HasSubstr(R"(botd_http_requests_total{method="GET",route="/bots",status="401"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(botd_http_request_duration_seconds_count{route="/bots"} 3)"));
  EXPECT_THAT(
      text, HasSubstr(R"(botd_http_request_duration_seconds_bucket{route="/bots",le="0.001"} 0)"));
  EXPECT_THAT(
      text, HasSubstr(R"(botd_http_request_duration_seconds_bucket{route="/bots",le="0.0025"} 3)"));
}

TEST(Metrics, LetStrangersMakeNoLabels) {
  Metrics metrics;
  for (const auto* method : {"GET", "BREW", "X-1"})
    metrics.observe(record(method, "", 404));

  const auto text = metrics.text();
  EXPECT_THAT(text,
              HasSubstr(R"(botd_http_requests_total{method="none",route="none",status="404"} 3)"));
  EXPECT_THAT(text, Not(HasSubstr("BREW")));
  EXPECT_THAT(text, Not(HasSubstr("secret-looking")));
}

TEST(Metrics, ReadNumbersWhenTheyAreAskedFor) {
  double value = 1;
  Metrics metrics;
  metrics.read_from([&value] {
    return std::vector<Family>{
        {.name = "botd_things", .help = "Things", .samples = {{value, {{"state", "new"}}}}},
        {.name = "botd_others_total",
         .help = "Others",
         .kind = Family::Kind::counter,
         .samples = {{2.5}}}};
  });
  EXPECT_THAT(metrics.text(), HasSubstr(R"(botd_things{state="new"} 1)"));
  value = 7;
  EXPECT_THAT(metrics.text(), HasSubstr(R"(botd_things{state="new"} 7)"));
  EXPECT_THAT(metrics.text(), HasSubstr("# HELP botd_others_total Others\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("# TYPE botd_others_total counter\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("botd_others_total 2.5"));
}

TEST(Metrics, ShowHistogramsThatAreKeptElsewhere) {
  Histogram<2> kept{.bounds = {0.5, 1}};
  for (const auto value : {0.25, 0.75, 0.75, 8.0})
    kept.add(value);
  Metrics metrics;
  metrics.read_from([&kept] {
    return std::vector<Family>{{.name = "botd_waits_seconds",
                                .help = "Waits",
                                .kind = Family::Kind::histogram,
                                .distribution = distribution_of(kept)}};
  });

  const auto text = metrics.text();

  EXPECT_THAT(text, HasSubstr("# TYPE botd_waits_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("botd_waits_seconds_bucket{le=\"0.5\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("botd_waits_seconds_bucket{le=\"1\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("botd_waits_seconds_bucket{le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("botd_waits_seconds_sum 9.75\n"));
  EXPECT_THAT(text, HasSubstr("botd_waits_seconds_count 4\n"));
}

TEST(Metrics, CountEventsInSeriesThatAreKnownBeforehand) {
  Metrics metrics;
  auto& counter =
      metrics.counter("botd_ends_total", "Ends", {{"reason", {"stopped", "died"}}, {"by", {"us"}}});
  EXPECT_THAT(metrics.text(), HasSubstr(R"(botd_ends_total{by="us",reason="died"} 0)"));

  counter.add({"died", "us"});
  counter.add({"died", "us"}, 2);
  for (const auto* word : {"a\"b", "x", "y"})
    counter.add({word, "us"});

  const auto text = metrics.text();
  EXPECT_THAT(text, HasSubstr(R"(botd_ends_total{by="us",reason="died"} 3)"));
  EXPECT_THAT(text, HasSubstr(R"(botd_ends_total{by="us",reason="other"} 3)"));
  EXPECT_THAT(text, Not(HasSubstr("reason=\"x\"")));
}

class StoreGauges : public testing::Test {
 protected:
  StoreGauges() {
    metrics_.read_from(gauges({database_, counter_, queue_, clock_, [this] { return listener_; }}));
  }

  void enqueue(const std::string& lane) {
    database_.write([&](sql::Connection& connection) {
      queue::enqueue(connection, {.lane = lane, .kind = lane}, clock_.now_ms());
    });
  }

  void add_meeting(const std::string& native_id) {
    database_.write([&](sql::Connection& connection) {
      const auto user = store::UserStore(connection).find_or_create({.email = "a@b.cd"}, 0).user;
      store::NewMeeting meeting;
      meeting.user_id = user.id;
      meeting.platform = "zoom";
      meeting.native_meeting_id = native_id;
      store::MeetingStore(connection).add(meeting, 0);
    });
  }

  ManualClock clock_;
  store::Database database_{{.path = ":memory:"}, clock_};
  queue::Dispatcher queue_{database_, clock_, {.owner = "test"}};
  http::ListenerStats listener_{.connections = 3};
  StoreCounter counter_{database_, clock_};
  Metrics metrics_;
};

TEST_F(StoreGauges, ShowBotsQueueStoreAndListener) {
  add_meeting("a");

  const auto text = metrics_.text();

  EXPECT_THAT(text, HasSubstr(R"(botd_live_bots{state="reserved"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(botd_live_bots{state="active"} 0)"));
  EXPECT_THAT(text, HasSubstr(R"(botd_queue_items{lane="bot.launch",status="dead"} 0)"));
  EXPECT_THAT(text, HasSubstr(R"(botd_queue_oldest_ready_seconds{lane="bot.launch"} 0)"));
  EXPECT_THAT(text, HasSubstr("botd_http_connections 3"));
  EXPECT_THAT(text, HasSubstr("botd_store_commits_total "));
  EXPECT_THAT(text, HasSubstr("botd_store_write_duration_seconds_count "));
  EXPECT_THAT(text, HasSubstr("botd_store_connections_limit 4"));
  EXPECT_THAT(text, Not(HasSubstr("botd_redis")));
}

TEST_F(StoreGauges, CountSeatsTakenAndTheSumOfTheLimits) {
  add_meeting("a");
  add_meeting("b");
  database_.write([](sql::Connection& connection) {
    store::UserStore(connection).find_or_create({.email = "c@d.ef", .max_concurrent_bots = 40}, 0);
  });

  const auto text = metrics_.text();

  EXPECT_THAT(text, HasSubstr("botd_seats_taken 2\n"));
  EXPECT_THAT(text, HasSubstr("botd_seats_limit 41\n"));
}

TEST_F(StoreGauges, TellDepthAndAgeOfEachLaneAndNoNameOfAPlace) {
  enqueue("bot.stop@0123456789abcdef");
  enqueue("bot.stop");
  enqueue("something.new");
  clock_.advance(std::chrono::seconds(90));

  const auto text = metrics_.text();

  EXPECT_THAT(text, HasSubstr(R"(botd_queue_items{lane="bot.stop",status="ready"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(botd_queue_items{lane="other",status="ready"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(botd_queue_oldest_ready_seconds{lane="bot.stop"} 90)"));
  EXPECT_THAT(text, HasSubstr(R"(botd_queue_oldest_ready_seconds{lane="bot.launch"} 0)"));
  EXPECT_THAT(text, Not(HasSubstr("0123456789abcdef")));
}

TEST_F(StoreGauges, AreCountedOnceASecondHoweverOftenTheyAreAskedFor) {
  add_meeting("a");
  EXPECT_THAT(metrics_.text(), HasSubstr(R"(botd_live_bots{state="reserved"} 1)"));
  add_meeting("b");

  EXPECT_THAT(metrics_.text(), HasSubstr(R"(botd_live_bots{state="reserved"} 1)"));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_THAT(metrics_.text(), HasSubstr(R"(botd_live_bots{state="reserved"} 2)"));
}

}  // namespace
}  // namespace bot::app
