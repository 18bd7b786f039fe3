// botctl status: what it makes of servers that tell much, little or nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class StatusCommand : public testing::Test {
 protected:
  // A botd with these parts, as /ready tells it.
  void serve(int status, const std::string& ready) {
    program_.server()
        .always("GET /health", 200, R"({"status":"ok","service":"botd"})")
        .always("GET /ready", status, ready)
        .always("GET /version", 200, R"({"version":"0.1.0","commit":null,"api":"1"})")
        .always("GET /bots/status", 200, R"({"running_bots":[],"count":0})");
  }

  void serve_ready() { serve(200, R"({"status":"ready","parts":{"store":"ok"}})"); }

  Program program_;
};

TEST_F(StatusCommand, ShowsWhatTheNumbersSay) {
  serve_ready();
  program_.server().always("GET /metrics", 200, body::metrics());

  const auto json = program_.run({"status", "-o", "json"}).json();

  EXPECT_EQ(json["uptime_ms"], 3'600'000);
  EXPECT_EQ(json["seats"], types::Json::parse(R"({"taken":5,"limit":40})"));
  EXPECT_EQ(json["requests"]["total"], 7200);
  EXPECT_EQ(json["requests"]["failed"], 2);
  EXPECT_EQ(json["requests"]["per_second"], 2);
  // Bots' long polls, which would take the most, are not among them.
  EXPECT_EQ(json["requests"]["p50_ms"], 1);
  EXPECT_EQ(json["requests"]["p99_ms"], 9.82);
  EXPECT_EQ(json["refusals"], types::Json::parse(R"({"limit":3})"));
  EXPECT_EQ(json["failures"], types::Json::parse(R"({"stale_active_timeout":2})"));
  EXPECT_EQ(json["queue"]["ready"], 3);
  EXPECT_EQ(json["queue"]["oldest_ready_ms"], 12000);
  EXPECT_EQ(json["queue"]["lanes"]["bot.launch"]["ready"], 1);
  EXPECT_EQ(json["redis"]["connected"], true);
  EXPECT_EQ(json["unknown"], types::Json::array());
}

TEST_F(StatusCommand, ShowsTheScreenAndFailsWhenTheServerIsNotReady) {
  serve(
      503,
      R"({"status":"not ready","parts":{"store":"the database cannot be reached","server":"ok"}})");
  program_.server().always("GET /metrics", 200, body::metrics());

  const auto ran = program_.run({"status"});

  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.out, HasSubstr("readiness\tnot ready\n"));
  EXPECT_THAT(ran.out, HasSubstr("seats\t5 of 40\n"));
  EXPECT_THAT(ran.err, HasSubstr("the server is not ready: store the database cannot be reached"));
}

TEST_F(StatusCommand, DoesNotKnowWhatTheServerCannotCount) {
  auto metrics = body::metrics();
  for (const std::string name : {"botd_live_bots", "botd_seats", "botd_queue"}) {
    for (auto at = metrics.find("\n" + name); at != metrics.npos;
         at = metrics.find("\n" + name, at + 1)) {
      const auto value = metrics.rfind(' ', metrics.find('\n', at + 1));
      metrics.replace(value + 1, metrics.find('\n', value) - value - 1, "NaN");
    }
  }
  serve_ready();
  program_.server().always("GET /metrics", 200, metrics);

  const auto json = program_.run({"status", "-o", "json"}).json();
  EXPECT_EQ(json["queue"], nullptr);
  EXPECT_EQ(json["seats"], types::Json::parse(R"({"taken":null,"limit":null})"));
  EXPECT_EQ(json["requests"]["total"], 7200);

  const auto screen = program_.run({"status"}).out;
  EXPECT_THAT(screen, HasSubstr("seats\tunknown\nbots\tunknown\n"));
  EXPECT_THAT(screen, HasSubstr("queue\tunknown\n"));
}

TEST_F(StatusCommand, CountsADegradedServerAsReady) {
  serve(200, R"({"status":"degraded","parts":{"store":"ok","redis":"Redis cannot be reached"}})");
  program_.server().always("GET /metrics", 200, body::metrics());

  const auto ran = program_.run({"status"});

  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("readiness\tdegraded\n"));
  EXPECT_THAT(ran.out, HasSubstr("part redis\tRedis cannot be reached\n"));
}

TEST_F(StatusCommand, SaysSoWhenMetricsAreServedElsewhere) {
  serve_ready();
  program_.server().always("GET /metrics", 404, R"({"detail":"Not Found"})");

  const auto ran = program_.run({"status", "-o", "json"});

  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.json()["readiness"]["status"], "ready");
  EXPECT_EQ(ran.json()["seats"], nullptr);
  EXPECT_EQ(ran.json()["unknown"][0],
            "seats, requests, queue: there are no metrics of botd at this address");
}

TEST_F(StatusCommand, ShowsOfAForeignServerWhatThatTells) {
  program_.server()
      .always("GET /health", 404, R"({"detail":"Not Found"})")
      .always("GET /", 200, R"({"message":"Welcome to the Vexa API Gateway"})")
      .always("GET /ready", 404, R"({"detail":"Not Found"})")
      .always("GET /version", 404, R"({"detail":"Not Found"})")
      .always("GET /metrics", 404, "<html>Not Found</html>")
      .always("GET /admin/analytics/users", 403, R"({"detail":"Not authenticated"})")
      .always("GET /bots/status",
              200,
              R"({"running_bots":[{"container_id":"c","container_name":"n","status":"Up"}]})");

  const auto ran = program_.run({"status"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("readiness\tunknown\n"));
  EXPECT_THAT(ran.out, HasSubstr("this key's bots\t1\n"));
  EXPECT_THAT(ran.out, HasSubstr("unknown\treadiness: the server does not tell\n"));
  EXPECT_THAT(ran.out, HasSubstr("unknown\tseats, requests, queue: there are no metrics"));
}

TEST_F(StatusCommand, IsNotMisledByMetricsOfSomethingElse) {
  serve_ready();
  program_.server().always("GET /metrics", 200, "nginx_up 1\n");

  const auto json = program_.run({"status", "-o", "json"}).json();

  EXPECT_EQ(json["requests"], nullptr);
  EXPECT_EQ(json["unknown"].size(), 1u);
}

TEST_F(StatusCommand, NeedsNoKey) {
  program_.environment.erase("BOTCTL_API_KEY");
  program_.environment.erase("BOTCTL_ADMIN_KEY");
  serve_ready();
  program_.server().always("GET /metrics", 200, body::metrics());

  const auto ran = program_.run({"status"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, Not(HasSubstr("this key's bots")));
}

TEST_F(StatusCommand, SaysWhyAKeyWasNotTaken) {
  program_.server()
      .always("GET /health", 200, R"({"status":"ok","service":"botd"})")
      .always("GET /ready", 200, R"({"status":"ready","parts":{}})")
      .always("GET /version", 200, R"({"version":"0.1.0"})")
      .always("GET /metrics", 200, body::metrics())
      .always("GET /bots/status", 401, R"({"detail":"Invalid API token"})");

  const auto ran = program_.run({"status"});

  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, HasSubstr("unknown\tthis key's bots: Invalid API token"));
}

TEST_F(StatusCommand, EscapesWhatAServerSays) {
  serve(200, "{\"status\":\"ready\",\"parts\":{\"store\":\"\\u001b[31mred\\tx\"}}");
  program_.server().always("GET /metrics",
                           200,
                           "botd_http_requests_total 1\n"
                           "botd_refusals_total{reason=\"\x1b[2J\"} 1\n");

  EXPECT_THAT(program_.run({"status"}).out, Not(HasSubstr("\x1b")));
}

TEST_F(StatusCommand, CannotSayMoreThanThatNobodyAnswers) {
  program_.server().fail_on("GET /health",
                            {.code = Errc::unreachable, .message = "nobody listens"});
  const auto ran = program_.run({"status"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_EQ(ran.out, "");
}

class StatusWatch : public StatusCommand {};

TEST_F(StatusWatch, DrawsTheScreenAnewUntilItsTimeIsOver) {
  program_.environment["BOTCTL_FORCE_TTY"] = "100";
  serve_ready();
  program_.server().always("GET /metrics", 200, body::metrics());

  const auto ran = program_.run({"status", "--watch", "--timeout", "5s"});

  EXPECT_EQ(ran.code, 7);
  std::size_t screens = 0;
  for (auto at = ran.out.find("\x1b[H\x1b[2J"); at != std::string::npos;
       at = ran.out.find("\x1b[H\x1b[2J", at + 1))
    ++screens;
  EXPECT_EQ(screens, 3u);
}

TEST_F(StatusWatch, GivesProgramsALineEachTime) {
  serve_ready();
  program_.server().always("GET /metrics", 200, body::metrics());

  const auto ran = program_.run({"status", "--watch=1s", "--timeout", "2500ms", "-o", "json"});

  EXPECT_EQ(ran.code, 7);
  const auto lines = ran.lines();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(types::Json::parse(lines[0])["at"], "2026-11-21T21:00:00.000Z");
  EXPECT_EQ(types::Json::parse(lines[2])["at"], "2026-11-21T21:00:02.000Z");
  EXPECT_THAT(ran.out, Not(HasSubstr("\x1b")));
}

TEST_F(StatusWatch, GoesOnWhileTheServerIsAwayAndSaysSo) {
  for (const auto code :
       {Errc::unreachable, Errc::unavailable, Errc::server_error, Errc::timeout}) {
    SCOPED_TRACE(static_cast<int>(code));
    Program program;
    program.server()
        .fail_on("GET /health", {.code = code, .message = "nobody answers"})
        .always("GET /health", 200, R"({"status":"ok","service":"botd"})")
        .always("GET /ready", 200, R"({"status":"ready","parts":{}})")
        .always("GET /version", 200, R"({"version":"0.1.0"})")
        .always("GET /bots/status", 200, R"({"running_bots":[],"count":0})")
        .always("GET /metrics", 200, body::metrics());

    const auto ran = program.run({"status", "--watch", "--timeout", "3s", "--retries=0"});

    EXPECT_EQ(ran.code, 7);
    const auto away = ran.out.find("readiness\tunreachable\n");
    ASSERT_NE(away, ran.out.npos) << ran.out;
    EXPECT_THAT(ran.out, HasSubstr("unknown\teverything: nobody answers\n"));
    EXPECT_NE(ran.out.find("readiness\tready\n", away), ran.out.npos) << ran.out;
  }
}

TEST_F(StatusWatch, TellsProgramsThatTheServerIsAway) {
  program_.server().fail_on("GET /health", {.code = Errc::unreachable, .message = "nobody"});

  const auto ran =
      program_.run({"status", "--watch", "--timeout", "1s", "--retries=0", "-o", "json"});

  const auto line = types::Json::parse(ran.lines().at(0));
  EXPECT_EQ(line["readiness"]["status"], "unreachable");
  EXPECT_EQ(line["requests"], nullptr);
}

TEST_F(StatusWatch, EndsWhereWaitingDoesNotHelp) {
  program_.server().fail_on("GET /health",
                            {.code = Errc::protocol, .message = "this is no meeting service"});

  const auto ran = program_.run({"status", "--watch", "--timeout", "3s"});

  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("this is no meeting service"));
}

TEST_F(StatusWatch, EndsWhenItIsInterrupted) {
  program_.signal = SIGINT;
  EXPECT_EQ(program_.run({"status", "--watch"}).code, 130);
}

TEST_F(StatusWatch, RefusesAnIntervalThatIsNone) {
  for (const auto* wrong : {"--watch=0s", "--watch=soon", "--watch=1ms"})
    EXPECT_EQ(program_.run({"status", wrong}).code, 2) << wrong;
}

}  // namespace
}  // namespace bot::cli
