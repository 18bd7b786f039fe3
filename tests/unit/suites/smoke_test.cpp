#include "suites/smoke.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "base/text.hpp"
#include "tests/fakes/client/loopback_server.hpp"
#include "tests/fakes/suites/twin_run.hpp"

namespace bot::suites {
namespace {

TEST(Smoke, PassesEveryCheckAgainstAnHonestService) {
  TwinRun twin;
  const auto& run = twin.run();
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(twin.failed(), std::set<std::string>{}) << render(*run, ReportFormat::text);
  EXPECT_EQ(count(*run).skipped, 0U) << render(*run, ReportFormat::text);
  EXPECT_EQ(verdict(*run), Verdict::passed);
  EXPECT_EQ(run->server_version, "1.2.3-twin");
  EXPECT_EQ(twin.service->users(), 0U);
}

TEST(Smoke, SkipsWhatAForeignServerCannotBeMadeToShowAndSaysWhy) {
  TwinRun twin;
  twin.ownership = Ownership::foreign;
  const auto& run = twin.run();
  ASSERT_TRUE(run);
  EXPECT_EQ(twin.failed(), std::set<std::string>{});
  EXPECT_EQ(twin.with(CheckStatus::skipped), (std::set<std::string>{"6.3", "6.4", "6.5"}));
  EXPECT_NE(twin.find("6.3")->reason.find("not started by this run"), std::string::npos);
}

TEST(Smoke, SkipsWhatLiesBehindTheApiWhereItIsNotShown) {
  TwinRun twin;
  twin.behind->redis = false;
  ASSERT_TRUE(twin.run());
  EXPECT_EQ(twin.with(CheckStatus::skipped), (std::set<std::string>{"9.3", "9.4"}));
  EXPECT_EQ(twin.find("9.3")->reason, "needs --redis-url");

  TwinRun blind;
  blind.behind = nullptr;
  ASSERT_TRUE(blind.run());
  EXPECT_EQ(blind.failed(), std::set<std::string>{});
  EXPECT_EQ(blind.with(CheckStatus::skipped), (std::set<std::string>{"8.4", "9.3", "9.4"}));
  EXPECT_EQ(blind.find("8.4")->reason, "needs --database-url");
}

TEST(Smoke, SaysWhatWasPublishedWhereItIsNotWhatWasSent) {
  TwinRun twin;
  twin.behind->about_messages = [](std::vector<std::string>& messages) {
    if (!messages.empty()) messages.pop_back();
  };
  ASSERT_TRUE(twin.run());
  EXPECT_EQ(twin.failed(), std::set<std::string>{"9.3"});
  EXPECT_EQ(twin.find("9.3")->observed, "en, es");
}

TEST(Smoke, FailsACommandThatSaysMoreThanItShould) {
  TwinRun twin;
  twin.behind->about_messages = [](std::vector<std::string>& messages) {
    for (auto& message : messages)
      message = replace_all(message, "session-", "another-");
  };
  ASSERT_TRUE(twin.run());
  EXPECT_EQ(twin.failed(), std::set<std::string>{"9.3"});
}

TEST(Smoke, SpeaksToServersThatTakeOnlyThePlatformsOwnIds) {
  TwinRun twin;
  twin.ownership = Ownership::foreign;
  twin.service->be_strict_about_ids();
  const auto& run = twin.run();
  ASSERT_TRUE(run);
  EXPECT_EQ(twin.failed(), std::set<std::string>{}) << render(*run, ReportFormat::text);
}

TEST(Smoke, ShowsNoSecretInAnyReportOrProgress) {
  TwinRun twin;
  std::string shown;
  twin.options.progress.exchange = [&shown](const ExchangeRecord& exchange) {
    shown += types::dump(types::Json(exchange));
  };
  twin.options.progress.check_finished = [&shown](const CheckResult& check) {
    shown += types::dump(types::Json(check));
  };
  // A server that repeats the caller's key in its answers.
  twin.service->tell([](const TwinService::Answering& a) {
    if (!a.is("GET", "/bots/status")) return;
    for (const auto& [name, value] : a.request.headers) {
      if (name == "X-API-Key") a.replace(500, "{\"detail\":\"key " + value + " is odd\"}");
    }
  });
  const auto& run = twin.run();
  ASSERT_TRUE(run);
  EXPECT_TRUE(twin.failed().contains("2.4"));
  for (const auto format :
       {ReportFormat::text, ReportFormat::json, ReportFormat::markdown, ReportFormat::junit}) {
    shown += render(*run, format);
  }
  EXPECT_NE(shown.find("is odd"), std::string::npos) << "the canary did not sing";
  EXPECT_EQ(shown.find(TwinService::admin_key), std::string::npos);
  EXPECT_FALSE(twin.service->tokens().empty());
  for (const auto& token : twin.service->tokens()) {
    EXPECT_EQ(shown.find(token), std::string::npos);
  }
}

TEST(Smoke, RunsWhatASelectedCheckNeeds) {
  SmokeOptions options;
  options.checks = {"5.3"};
  std::vector<std::string> ids;
  for (const auto& suite : list_checks(options)) {
    for (const auto& check : suite.checks)
      ids.push_back(check.id);
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"2.1", "2.2", "3.1", "5.1", "5.2", "5.3"}));
}

TEST(Smoke, SelectsSuitesByNumberAndTitle) {
  SmokeOptions by_number;
  by_number.suites = {"1"};
  ASSERT_EQ(list_checks(by_number).size(), 1U);
  EXPECT_EQ(list_checks(by_number)[0].title, "User and Token Management");
  SmokeOptions by_title;
  by_title.suites = {"user*"};
  EXPECT_EQ(list_checks(by_title).size(), 1U);
}

TEST(Smoke, RefusesARunOfNothing) {
  TwinRun twin;
  twin.options.checks = {"99.*"};
  const auto& run = twin.run();
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, Errc::not_found);
}

TEST(Smoke, RefusesAWrongAdminKeyBeforeAnythingIsMade) {
  TwinRun twin;
  twin.options.admin_key = "quite-another-key-0123456789";
  const auto& run = twin.run();
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, Errc::unauthenticated);
  EXPECT_EQ(twin.service->users(), 0U);
}

// 0.0.0.0 is this machine without being called so.
TEST(Smoke, SendsKeysInClearOnlyWhenItMay) {
  using Server = client::LoopbackServer;
  for (const auto keys : {client::CleartextKeys::refused, client::CleartextKeys::allowed}) {
    Server server;
    server.script({.bytes = Server::http(200, R"({"status":"ok"})")});
    server.script({.bytes = Server::http(401, R"({"detail":"no"})")});
    const bool may = keys == client::CleartextKeys::allowed;
    const auto run = run_smoke({.server = "http://0.0.0.0:" + std::to_string(server.port()),
                                .admin_key = "key-0123456789",
                                .cleartext_keys = keys});
    ASSERT_FALSE(run);
    EXPECT_EQ(run.error().code, may ? Errc::unauthenticated : Errc::invalid_argument)
        << run.error().message;
    EXPECT_EQ(server.requests().size(), may ? 2U : 1U);
  }
}

TEST(Smoke, StopsStartingChecksAfterTheFirstFailureWhenAsked) {
  TwinRun twin;
  twin.options.fail_fast = true;
  twin.service->tell([](const TwinService::Answering& a) {
    if (a.answer.status == 429) a.answer.headers.clear();
  });
  ASSERT_TRUE(twin.run());
  EXPECT_EQ(twin.failed(), std::set<std::string>{"2.5"});
  EXPECT_EQ(twin.find("10.1")->reason, "not run: 2.5 failed and --fail-fast was given");
}

TEST(Smoke, RemovesWhatItMadeWhenInterrupted) {
  TwinRun twin;
  std::stop_source interrupt;
  twin.options.cancel = interrupt.get_token();
  twin.options.progress.check_finished = [&interrupt](const CheckResult& check) {
    if (check.id == "3.1") interrupt.request_stop();
  };
  const auto& run = twin.run();
  ASSERT_TRUE(run);
  EXPECT_EQ(verdict(*run), Verdict::interrupted);
  EXPECT_EQ(twin.find("10.1")->reason, "interrupted");
  EXPECT_EQ(twin.failed(), std::set<std::string>{});
  EXPECT_EQ(twin.service->users(), 0U);
}

// A twin whose answers to one kind of request get lost: only once the run is interrupted, or at
// once.
class LosingTransport final : public client::Transport {
 public:
  enum class When { interrupted, at_once };

  LosingTransport(std::shared_ptr<client::Transport> twin,
                  std::function<bool()> cancelled,
                  std::string target,
                  When when)
      : twin_(std::move(twin)),
        cancelled_(std::move(cancelled)),
        target_(std::move(target)),
        when_(when) {}

  Result<client::HttpResponse> send(const client::HttpRequest& request, Millis deadline) override {
    auto answer = twin_->send(request, deadline);
    if (request.method != "POST" || request.target != target_) return answer;
    if (when_ == When::interrupted && !interrupted_in_time()) return answer;
    return Error{
        .code = Errc::cancelled, .message = "the answer was lost", .outcome_unknown = true};
  }

  static inline std::stop_source interrupt;

 private:
  bool interrupted_in_time() const {
    interrupt.request_stop();
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!cancelled_() && std::chrono::steady_clock::now() < until)
      std::this_thread::yield();
    return cancelled_();
  }

  std::shared_ptr<client::Transport> twin_;
  std::function<bool()> cancelled_;
  std::string target_;
  When when_;
};

void lose_answers(TwinRun& twin, const std::string& target, LosingTransport::When when) {
  LosingTransport::interrupt = std::stop_source();
  twin.options.cancel = LosingTransport::interrupt.get_token();
  twin.connect = [&twin, target, when](std::function<bool()> cancelled) {
    return std::make_shared<LosingTransport>(twin.service, std::move(cancelled), target, when);
  };
}

TEST(Smoke, CutsARequestShortWhenInterrupted) {
  TwinRun twin;
  lose_answers(twin, "/bots", LosingTransport::When::interrupted);
  const auto& run = twin.run();
  ASSERT_TRUE(run);
  EXPECT_EQ(verdict(*run), Verdict::interrupted);
  EXPECT_EQ(twin.with(CheckStatus::passed).contains("2.1"), false);
  EXPECT_EQ(twin.find("2.1")->reason, "interrupted");
  EXPECT_EQ(twin.service->users(), 0U);
}

TEST(Smoke, RemovesAUserWhoseCreationIsInterrupted) {
  TwinRun twin;
  twin.options.suites = {"1"};
  lose_answers(twin, "/admin/users", LosingTransport::When::interrupted);
  const auto& run = twin.run();
  ASSERT_TRUE(run);
  EXPECT_EQ(verdict(*run), Verdict::interrupted);
  EXPECT_EQ(run->suites[0].leftovers, std::vector<std::string>{});
  EXPECT_EQ(twin.service->users(), 0U);
}

TEST(Smoke, RemovesAUserWhoseCreationWasNotConfirmed) {
  TwinRun twin;
  lose_answers(twin, "/admin/users", LosingTransport::When::at_once);
  const auto& run = twin.run();
  ASSERT_TRUE(run);
  EXPECT_EQ(twin.failed(), std::set<std::string>{"1.1"});
  EXPECT_EQ(run->suites[0].leftovers, std::vector<std::string>{});
  EXPECT_EQ(twin.service->users(), 0U);
}

TEST(Smoke, ReportsWhatItCouldNotRemove) {
  TwinRun twin;
  twin.options.suites = {"1"};
  twin.service->answer_instead([](const client::HttpRequest& request,
                                  const std::string&) -> std::optional<client::HttpResponse> {
    if (request.method != "DELETE" || !request.target.starts_with("/admin/users/")) return {};
    return client::HttpResponse{403, {}, R"({"detail":"not today"})"};
  });
  const auto& run = twin.run();
  ASSERT_TRUE(run);
  EXPECT_EQ(verdict(*run), Verdict::leftover);
  ASSERT_EQ(run->suites[0].leftovers.size(), 1U);
  EXPECT_NE(run->suites[0].leftovers[0].find("not today"), std::string::npos);
}

TEST(Smoke, KeepsWhatItMadeWhenAsked) {
  TwinRun twin;
  twin.options.suites = {"1"};
  twin.options.keep = true;
  const auto& run = twin.run();
  ASSERT_TRUE(run);
  EXPECT_EQ(verdict(*run), Verdict::passed);
  EXPECT_EQ(twin.service->users(), 1U);
  EXPECT_EQ(run->suites[0].notes.size(), 1U);
}

TEST(Smoke, RepeatsTheWholeRun) {
  TwinRun twin;
  twin.options.suites = {"1"};
  twin.options.repeat = 3;
  const auto& run = twin.run();
  ASSERT_TRUE(run);
  ASSERT_EQ(run->suites.size(), 3U);
  EXPECT_EQ(run->suites[2].round, 3);
  EXPECT_EQ(count(*run).passed, 21U);
}

// Users are suite 1's business: the nine others cannot work and say so, without failing again.
TEST(Smoke, BlamesOneCheckWhenUsersCannotBeMade) {
  TwinRun twin;
  twin.service->tell([](const TwinService::Answering& a) {
    if (a.is("POST", "/admin/users")) a.replace(500, R"({"detail":"no"})");
  });
  ASSERT_TRUE(twin.run());
  EXPECT_EQ(twin.failed(), std::set<std::string>{"1.1"});
  EXPECT_EQ(twin.find("2.1")->reason, "needs 1.1");
}

TEST(Smoke, FailsTheFirstCheckOfASuiteThatCannotBeSetUp) {
  TwinRun twin;
  twin.options.suites = {"2"};
  twin.service->tell([](const TwinService::Answering& a) {
    if (a.is("POST", "/admin/users")) a.replace(500, R"({"detail":"no"})");
  });
  ASSERT_TRUE(twin.run());
  EXPECT_EQ(twin.failed(), std::set<std::string>{"2.1"});
  EXPECT_EQ(twin.find("2.4")->reason, "needs 2.1");
}

TEST(Smoke, FailsOnMalformedAnswersRatherThanBreaking) {
  TwinRun twin;
  twin.service->tell([](const TwinService::Answering& a) {
    if (!a.email.empty()) a.replace(200, "<html>maintenance</html>");
  });
  const auto& run = twin.run();
  ASSERT_TRUE(run);
  EXPECT_EQ(verdict(*run), Verdict::failed);
  EXPECT_TRUE(twin.failed().contains("2.1"));
}

}  // namespace
}  // namespace bot::suites
