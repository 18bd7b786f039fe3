// The suites against servers of other generations than our own.
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "suites/known_defects.hpp"
#include "tests/fakes/suites/twin_run.hpp"

namespace bot::suites {
namespace {

using types::Json;
using Answering = TwinService::Answering;

std::string without_key(const std::string& path) {
  return path.starts_with("/admin/") ? "Invalid or missing admin token."
                                     : "Missing API token (X-API-Key header)";
}

void put_into_words_of_2025(Json& row) {
  const auto status = row.find("status");
  if (status == row.end()) return;
  if (*status == "reserved") *status = "requested";
  if (*status == "starting") *status = "joining";
  // A stop is not stored.
  if (*status == "stopping") *status = "active";
}

// Turns the twin's answers into those of the servers of September 2025.
void answer_as_s1(const Answering& a) {
  if (a.answer.status == 401) {
    a.replace(403, types::dump(Json{{"detail", without_key(a.request.target)}}));
  }
  if (a.answer.status == 429) {
    a.answer.headers.clear();
    a.replace(403, R"({"detail":"User has reached the maximum concurrent bot limit (2)."})");
  }
  if (a.answer.status >= 300) return;
  if (a.is("POST", "/bots")) a.edit(put_into_words_of_2025);
  if (a.is("GET", "/meetings")) a.edit_rows(put_into_words_of_2025);
  if (a.is("PUT", "/bots/") || a.is("DELETE", "/bots/")) {
    a.replace(202, R"({"message":"Stop request accepted and is being processed."})");
  }
  if (a.is("GET", "/bots/status")) {
    a.edit([](Json& body) {
      for (auto& bot : body["running_bots"]) {
        bot["meeting_id_from_name"] = types::dump(bot["meeting_id"]);
        for (const auto* newer : {"meeting_id", "meeting_status", "session_uid"})
          bot.erase(newer);
      }
    });
  }
}

class S1Run : public TwinRun {
 public:
  S1Run() {
    ownership = Ownership::foreign;
    service->be_strict_about_ids();
    service->tell(answer_as_s1);
    service->answer_instead([this](const client::HttpRequest& request, const std::string&) {
      if (request.method == "POST" && request.target == "/bots") asked_.push_back(request.body);
      return instead_of(request);
    });
  }

  // The bodies of every POST /bots.
  const std::vector<std::string>& asked() const { return asked_; }

 private:
  static std::optional<client::HttpResponse> instead_of(const client::HttpRequest& request) {
    const auto& target = request.target;
    if (target == "/") {
      return client::HttpResponse{200, {}, R"({"message":"Welcome to the Vexa API Gateway"})"};
    }
    const bool later = target == "/health" || target == "/version" ||
                       target.starts_with("/admin/analytics/") || target.ends_with("/timeline");
    if (later) return client::HttpResponse{404, {}, R"({"detail":"Not Found"})"};
    return std::nullopt;
  }

  std::vector<std::string> asked_;
};

TEST(SmokeOfS1, NeverAsksForAnIdThatThisGenerationRefuses) {
  S1Run twin;
  ASSERT_TRUE(twin.run());
  ASSERT_FALSE(twin.asked().empty());
  for (const auto& body : twin.asked()) {
    EXPECT_EQ(body.find("smoke-test"), std::string::npos) << body;
  }
}

TEST(SmokeOfS1, FailsOnlyInWhatIsKnownOfThisGenerationAndPointsThere) {
  S1Run twin;
  const auto& run = twin.run();
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(twin.failed(), std::set<std::string>{"5.2"}) << render(*run, ReportFormat::text);
  const auto& reason = twin.find("5.2")->reason;
  EXPECT_TRUE(
      reason.ends_with("(known of Vexa S1: a stop changes nothing before the bot has gone, "
                       "see docs/generations.md)"))
      << reason;
}

TEST(SmokeOfS1, ExpectsTheStatusesOfThisGeneration) {
  S1Run twin;
  ASSERT_TRUE(twin.run());
  EXPECT_TRUE(twin.find("2.3")->expected.starts_with("403 with ")) << twin.find("2.3")->expected;
  EXPECT_TRUE(twin.find("1.6")->expected.starts_with("403 for ")) << twin.find("1.6")->expected;
}

TEST(SmokeOfS1, FindsAStateThatIsNoneOfThisGeneration) {
  S1Run twin;
  twin.service->tell([](const Answering& a) {
    answer_as_s1(a);
    if (!a.is("GET", "/meetings") || a.email.find("-7-1@") == std::string::npos) return;
    a.edit_rows([](Json& row) { row["status"] = "stopping"; });
  });
  ASSERT_TRUE(twin.run());
  EXPECT_TRUE(twin.failed().contains("7.2"));
}

TEST(SmokeOfHead, SaysThatTheAdminApiIsElsewhereBeforeAnythingIsMade) {
  TwinRun twin;
  twin.service->answer_instead([](const client::HttpRequest& request,
                                  const std::string&) -> std::optional<client::HttpResponse> {
    if (request.target == "/health") {
      return client::HttpResponse{200, {}, R"({"status":"ok","service":"gateway"})"};
    }
    if (!request.target.starts_with("/admin/")) return std::nullopt;
    return client::HttpResponse{404, {}, R"({"detail":"Not Found"})"};
  });
  const auto& run = twin.run();
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, Errc::protocol);
  EXPECT_EQ(twin.service->users(), 0U);
}

TEST(SmokeOfHead, TakesANewStateForAMessage) {
  TwinRun twin;
  twin.ownership = Ownership::foreign;
  twin.service->be_strict_about_ids();
  twin.service->tell([](const Answering& a) {
    if (a.is("DELETE", "/bots/") && a.answer.status == 202) {
      a.replace(200, R"({"status":"stopping","also_stopped":[],"cancelled":[]})");
    }
    if (a.is("POST", "/bots") && a.answer.status == 201) a.edit(put_into_words_of_2025);
    if (a.is("GET", "/meetings") && a.answer.status == 200 && a.request.target == "/meetings") {
      a.edit_rows([](Json& row) {
        if (row["status"] != "stopping") put_into_words_of_2025(row);
      });
    }
  });
  twin.service->answer_instead([](const client::HttpRequest& request,
                                  const std::string&) -> std::optional<client::HttpResponse> {
    if (request.target == "/health") {
      return client::HttpResponse{200, {}, R"({"status":"ok","service":"gateway"})"};
    }
    if (request.target != "/admin/analytics/users") return std::nullopt;
    return client::HttpResponse{403, {}, R"({"detail":"Invalid or missing admin token."})"};
  });
  twin.options.checks = {"5.*"};
  const auto& run = twin.run();
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(twin.failed(), std::set<std::string>{}) << render(*run, ReportFormat::text);
}

TEST(KnownDefects, AreToldOfTheirGenerationAndCheckOnly) {
  using client::Generation;
  EXPECT_NE(pointer_to_defect(Generation::s2, "8.1"), "");
  EXPECT_EQ(pointer_to_defect(Generation::head, "8.1"), "");
  EXPECT_EQ(pointer_to_defect(Generation::s2, "8.10"), "");
  EXPECT_EQ(pointer_to_defect(Generation::botd, "5.2"), "");
  EXPECT_EQ(pointer_to_defect(Generation::unknown, "5.2"), "");
}

}  // namespace
}  // namespace bot::suites
