#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

std::string entry(int id, const std::string& note = "") {
  return R"({"id":)" + std::to_string(id) +
         R"(,"at":"2026-11-21T21:05:07.123Z","actor":"admin","action":"user.update",)"
         R"("subject":"user 7","outcome":"done","from":"192.0.2.7","key":"0123abcd",)"
         R"("token_id":null,"note":")" +
         note + R"(","request_id":"r"})";
}

std::string entries(int newest, int oldest) {
  std::string all;
  for (int id = newest; id >= oldest; --id)
    all += (all.empty() ? "" : ",") + entry(id);
  return R"({"entries":[)" + all + "]}";
}

TEST(AuditList, FetchesEveryPageAndPassesTheFiltersOn) {
  Program program;
  program.server().answer(200, entries(1500, 501)).answer(200, entries(500, 1));

  const auto ran = program.run({"audit", "list", "--subject", "user 7", "--action", "user.update"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.lines().size(), 1500U);
  EXPECT_EQ(program.server().sent().back().request.target,
            "/admin/audit?subject=user%207&action=user.update&before=501&limit=1000");
  EXPECT_EQ(program.server().sent().back().header("X-Admin-API-Key"),
            program.server().sent().front().header("X-Admin-API-Key"));
}

TEST(AuditList, AsksForNoMoreThanTheLimit) {
  Program program;
  program.server().answer(200, entries(9, 8));

  EXPECT_EQ(program.run({"audit", "list", "--limit", "2", "-o", "id"}).out, "9\n8\n");
  EXPECT_EQ(program.server().sent().back().request.target, "/admin/audit?limit=2");
}

TEST(AuditList, EndsWithAServerThatIgnoresPaging) {
  Program program;
  program.server().always("GET /admin/audit", 200, entries(1000, 1));

  EXPECT_EQ(program.run({"audit", "list"}).lines().size(), 1000U);
}

TEST(AuditList, EscapesWhatRequestsBrought) {
  Program program;
  program.server().answer(200, R"({"entries":[)" + entry(1, R"(\u001b[2J\tx)") + "]}");

  const auto ran = program.run({"audit", "list"});

  EXPECT_THAT(ran.out, testing::HasSubstr(R"(\x1b[2J\tx)"));
  EXPECT_THAT(ran.out, testing::Not(testing::HasSubstr("\x1b")));
}

}  // namespace
}  // namespace bot::cli
