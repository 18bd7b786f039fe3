// Golden reports of one fixed run. BOTCTL_UPDATE_GOLDEN=1 writes them anew.
#include "suites/report/reports.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "suites/smoke.hpp"

namespace bot::suites {
namespace {

constexpr UnixMillis begin = 1'795'295'107'123;

CheckResult passed(std::string id, std::string title) {
  return {.id = std::move(id),
          .title = std::move(title),
          .promise = "What it says is so",
          .status = CheckStatus::passed,
          .expected = "201",
          .observed = "HTTP 201",
          .started_at = begin,
          .duration_ms = 12,
          .exchanges = {{.method = "POST",
                         .target = "/bots",
                         .status = 201,
                         .duration_us = 3400,
                         .request_id = "r-1"}}};
}

CheckResult broken() {
  return {.id = "2.3",
          .title = "Create Third Bot",
          .promise = "A third bot is refused for the limit, and says so",
          .status = CheckStatus::failed,
          .reason = "expected 429, observed HTTP 201 <b>\x1b[31m|red|\x1b[0m",
          .expected = "429",
          .observed = "HTTP 201 <b>\x1b[31m|red|\x1b[0m",
          .started_at = begin + 20,
          .duration_ms = 8,
          .exchanges = {{.method = "POST",
                         .target = "/bots",
                         .status = 201,
                         .duration_us = 4100,
                         .request_id = "r-2",
                         .request_body = R"({"platform":"google_meet"})",
                         .response_body = R"({"id":3})"},
                        {.method = "GET",
                         .target = "/meetings",
                         .status = 0,
                         .duration_us = 1'000'000,
                         .request_id = "r-3",
                         .error = "no answer within 1s"}}};
}

CheckResult left_out(std::string id, std::string title, std::string reason) {
  return {.id = std::move(id),
          .title = std::move(title),
          .promise = "What it says is so",
          .status = CheckStatus::skipped,
          .reason = std::move(reason),
          .started_at = begin + 30};
}

RunResult mixed_run() {
  SuiteResult first{.number = 1,
                    .title = "User and Token Management",
                    .started_at = begin,
                    .duration_ms = 40,
                    .checks = {passed("1.1", "Create Test User")}};
  SuiteResult second{.number = 2,
                     .title = "Bot Creation and State",
                     .started_at = begin + 40,
                     .duration_ms = 1500,
                     .checks = {passed("2.1", "Create First Bot"),
                                broken(),
                                left_out("2.5", "Refusal Says When to Return", "needs 2.3")},
                     .leftovers = {"user 7 (smoke@example.com) could not be removed: HTTP 403"},
                     .notes = {"kept: nothing"}};
  SuiteResult sixth{.number = 6,
                    .title = "Background Cleanup",
                    .started_at = begin + 50,
                    .duration_ms = 3,
                    .checks = {left_out(
                        "6.3", "A Hung Bot Is Closed", "the server was not started by this run")}};
  return {.run_id = "00c0ffee",
          .server = "http://127.0.0.1:8056",
          .server_version = "1.2.3",
          .environment = "staging",
          .tool_version = "0.1.0",
          .started_at = begin,
          .duration_ms = 2300,
          .suites = {first, second, sixth}};
}

RunResult good_run() {
  auto run = mixed_run();
  run.suites.resize(1);
  run.environment.clear();
  run.server_version.clear();
  return run;
}

std::string file_text(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void expect_golden(const std::string& name, const std::string& report) {
  const auto path = "tests/golden/reports/" + name;
  if (std::getenv("BOTCTL_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << report;
  EXPECT_EQ(report, file_text(path)) << path << " differs";
}

TEST(Reports, AreTheCommittedOnes) {
  expect_golden("mixed.txt", render(mixed_run(), ReportFormat::text));
  expect_golden("mixed.json", render(mixed_run(), ReportFormat::json));
  expect_golden("mixed.md", render(mixed_run(), ReportFormat::markdown));
  expect_golden("mixed.xml", render(mixed_run(), ReportFormat::junit));
  expect_golden("passed.txt", render(good_run(), ReportFormat::text));
  expect_golden("passed.md", render(good_run(), ReportFormat::markdown));
}

TEST(Reports, EndInTheCountOfChecks) {
  const auto text = render(mixed_run(), ReportFormat::text);
  EXPECT_TRUE(text.ends_with("\nOVERALL RESULT: 1 CHECK FAILED\n2 passed, 1 failed, 2 skipped\n"));
  const auto good = render(good_run(), ReportFormat::text);
  EXPECT_TRUE(
      good.ends_with("\nOVERALL RESULT: ALL TESTS PASSED\n1 passed, 0 failed, 0 skipped\n"));
}

// The words of the seed's "Expected Test Results".
TEST(Reports, NameTheTenSuitesAsTheSeedDoes) {
  RunResult run;
  for (const auto& suite : list_checks({})) {
    run.suites.push_back(
        {.number = suite.number, .title = suite.title, .checks = {passed("1", "")}});
  }
  EXPECT_TRUE(render(run, ReportFormat::text)
                  .starts_with("Test Suite 1: User and Token Management     PASS\n"
                               "Test Suite 2: Bot Creation and State        PASS\n"
                               "Test Suite 3: Bot State Transitions         PASS\n"
                               "Test Suite 4: Bot Configuration             PASS\n"
                               "Test Suite 5: Bot Shutdown                  PASS\n"
                               "Test Suite 6: Background Cleanup            PASS\n"
                               "Test Suite 7: API Compatibility             PASS\n"
                               "Test Suite 8: Database Consistency          PASS\n"
                               "Test Suite 9: Redis Commands                PASS\n"
                               "Test Suite 10: End-to-End Integration       PASS\n"
                               "\nOVERALL RESULT: ALL TESTS PASSED\n"));
}

// The seed's criterion on transitions rests on 3.1 and 3.2.
TEST(Reports, CallACriterionMetOnlyWhenAllItsChecksRan) {
  const std::string row = "| Bot state transitions work correctly via callbacks | ";
  auto run = good_run();
  run.suites[0].checks = {passed("3.1", "")};
  EXPECT_NE(render(run, ReportFormat::markdown).find(row + "not shown in full"), std::string::npos);
  run.suites[0].checks.push_back(passed("3.2", ""));
  EXPECT_NE(render(run, ReportFormat::markdown).find(row + "met"), std::string::npos);
}

TEST(Reports, PutTheVerdictsOfAllRoundsInOneColumn) {
  auto run = good_run();
  run.suites.push_back(run.suites[0]);
  run.suites[1].number = 10;
  run.suites[1].round = 2;
  const auto text = render(run, ReportFormat::text);
  const auto second = text.substr(text.find('\n') + 1);
  EXPECT_EQ(text.find("PASS"), second.find("PASS"));
  EXPECT_EQ(second.find("  PASS"), second.find("PASS") - 2);
}

TEST(Reports, CarryNoControlCharactersFromOutside) {
  for (const auto format :
       {ReportFormat::text, ReportFormat::json, ReportFormat::markdown, ReportFormat::junit}) {
    EXPECT_EQ(render(mixed_run(), format).find('\x1b'), std::string::npos);
  }
}

TEST(Reports, HaveNames) {
  EXPECT_EQ(parse_report_format("junit"), ReportFormat::junit);
  EXPECT_EQ(parse_report_format("pdf"), std::nullopt);
}

}  // namespace
}  // namespace bot::suites
