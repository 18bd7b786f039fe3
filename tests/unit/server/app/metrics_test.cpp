#include "server/app/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/app/gauges.hpp"
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
  Metrics metrics({});
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
  Metrics metrics({});
  for (const auto* method : {"GET", "BREW", "X-1"})
    metrics.observe(record(method, "", 404));

  const auto text = metrics.text();
  EXPECT_THAT(text,
              HasSubstr(R"(botd_http_requests_total{method="none",route="none",status="404"} 3)"));
  EXPECT_THAT(text, Not(HasSubstr("BREW")));
  EXPECT_THAT(text, Not(HasSubstr("secret-looking")));
}

TEST(Metrics, ReadGaugesWhenTheyAreAskedFor) {
  double value = 1;
  Metrics metrics({{"botd_things", "Things", [&value] { return value; }, "state=new"},
                   {"botd_others", "Others", [] { return 2.5; }}});
  EXPECT_THAT(metrics.text(), HasSubstr(R"(botd_things{state="new"} 1)"));
  value = 7;
  EXPECT_THAT(metrics.text(), HasSubstr(R"(botd_things{state="new"} 7)"));
  EXPECT_THAT(metrics.text(), HasSubstr("# HELP botd_others Others\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("botd_others 2.5"));
}

class StoreGauges : public testing::Test {
 protected:
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
  Metrics metrics_{gauges({database_, queue_, clock_, [this] { return listener_; }})};
};

TEST_F(StoreGauges, ShowBotsQueueStoreAndListener) {
  add_meeting("a");

  const auto text = metrics_.text();

  EXPECT_THAT(text, HasSubstr(R"(botd_live_bots{state="reserved"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(botd_live_bots{state="active"} 0)"));
  EXPECT_THAT(text, HasSubstr(R"(botd_queue_items{status="dead"} 0)"));
  EXPECT_THAT(text, HasSubstr("botd_queue_oldest_ready_seconds 0"));
  EXPECT_THAT(text, HasSubstr("botd_http_connections 3"));
  EXPECT_THAT(text, HasSubstr("botd_store_commits "));
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
