// For every check a lie that falsifies only its promise: the run must fail in that check alone, and
// every check that is skipped must name the one it needed.
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "tests/fakes/suites/twin_run.hpp"

namespace bot::suites {
namespace {

using types::Json;
using Answering = TwinService::Answering;

struct Falsehood {
  std::string check;
  TwinService::Lie lie = nullptr;
  TwinService::Instead instead = nullptr;
  std::function<void(TwinBehind&)> behind = nullptr;
};

void PrintTo(const Falsehood& falsehood, std::ostream* out) {
  *out << falsehood.check;
}

// Concerns only what the account of that suite sees; `account` continues its address.
bool of_suite(const Answering& a, int suite, std::string_view account = "@") {
  return a.email.find("-" + std::to_string(suite) + "-1" + std::string(account)) !=
         std::string::npos;
}

bool is_list(const Answering& a) {
  return a.is("GET", "/meetings") && a.request.target == "/meetings";
}

bool starts(const Answering& a, std::string_view native_id) {
  return a.is("POST", "/bots") &&
         a.request.body.find("\"" + std::string(native_id) + "\"") != std::string::npos;
}

bool configures(const Answering& a, std::string_view id_prefix) {
  return a.is("PUT", "/bots/google_meet/" + std::string(id_prefix));
}

void accept_anyway(const Answering& a) {
  a.replace(201, R"({"id":900001,"status":"reserved","bot_container_id":"x"})");
}

void refuse_anyway(const Answering& a) {
  a.replace(429, R"({"detail":"Maximum concurrent bots limit reached"})");
}

std::vector<Falsehood> suite_1() {
  return {
      {"1.1",
       [](const Answering& a) {
         if (a.is("POST", "/admin/users") && a.answer.status == 201 && a.body().contains("email")) {
           a.edit([](Json& user) { user["max_concurrent_bots"] = 1; });
         }
       }},
      {"1.2",
       [](const Answering& a) {
         if (a.is("POST", "/admin/users/") && a.answer.status == 201) {
           a.edit([](Json& token) { token["user_id"] = 0; });
         }
       }},
      {"1.3",
       [](const Answering& a) {
         if (is_list(a) && of_suite(a, 1)) {
           a.replace(200, R"({"meetings":[{"id":1,"status":"active"}]})");
         }
       }},
      {"1.4",
       [](const Answering& a) {
         if (a.is("POST", "/admin/users") && a.answer.status == 200) a.answer.status = 201;
       }},
      {"1.6",
       [](const Answering& a) {
         if (is_list(a) && a.answer.status == 401 && !a.request.headers.empty()) {
           for (const auto& [name, value] : a.request.headers) {
             if (value.starts_with("no-such-key")) a.replace(200, R"({"meetings":[]})");
           }
         }
       }},
      {"1.7",
       nullptr,
       [](const client::HttpRequest& request,
          const std::string&) -> std::optional<client::HttpResponse> {
         if (request.target.starts_with("/admin/tokens/")) return client::HttpResponse{204, {}, ""};
         return std::nullopt;
       }}};
}

std::vector<Falsehood> suite_2() {
  return {{"2.1",
           [](const Answering& a) {
             if (a.is("POST", "/bots") && a.answer.status == 201) {
               a.edit([](Json& row) { row["bot_container_id"] = nullptr; });
             }
           }},
          {"2.2",
           [](const Answering& a) {
             if (starts(a, "smoke-test-2")) a.edit([](Json& row) { row["status"] = "active"; });
           }},
          {"2.3",
           [](const Answering& a) {
             if (starts(a, "smoke-test-3") && a.answer.status == 429) accept_anyway(a);
           }},
          {"2.4",
           [](const Answering& a) {
             if (a.is("GET", "/bots/status") && of_suite(a, 2)) {
               a.edit([](Json& body) { body["running_bots"].erase(0); });
             }
           }},
          {"2.5",
           [](const Answering& a) {
             if (a.answer.status == 429) a.answer.headers.clear();
           }},
          {"2.6",
           [](const Answering& a) {
             if (is_list(a) && of_suite(a, 2)) {
               a.edit([](Json& body) {
                 body["meetings"].push_back(
                     {{"id", 5}, {"native_meeting_id", "smoke-test-3"}, {"status", "failed"}});
               });
             }
           }},
          {"2.7", [](const Answering& a) {
             if (starts(a, "smoke-test-1") && a.answer.status == 409) accept_anyway(a);
           }}};
}

std::vector<Falsehood> suites_3_and_4() {
  return {{"3.1",
           [](const Answering& a) {
             if (is_list(a) && of_suite(a, 3))
               a.edit_rows([](Json& row) { row["status"] = "error"; });
           }},
          {"3.2",
           [](const Answering& a) {
             if (!a.is("GET", "/bots/status") || !of_suite(a, 3)) return;
             a.edit([](Json& body) { body["running_bots"][0]["session_uid"] = "nobody"; });
           }},
          {"3.3",
           [](const Answering& a) {
             if (a.request.target.ends_with("/timeline") && of_suite(a, 3)) {
               a.edit([](Json& body) { body["transitions"].erase(0); });
             }
           }},
          {"3.4",
           [](const Answering& a) {
             if (!a.is("GET", "/bots/status") || !of_suite(a, 3)) return;
             a.edit([](Json& body) { body["running_bots"][1]["meeting_status"] = "starting"; });
           }},
          {"4.1",
           [](const Answering& a) {
             if (configures(a, "") && of_suite(a, 4) && a.answer.status == 202) {
               a.edit([](Json& body) { body["message"] = ""; });
             }
           }},
          {"4.2",
           [](const Answering& a) {
             if (a.request.target.find("/commands/") != std::string::npos && of_suite(a, 4)) {
               a.edit([](Json& body) { body["status"] = "sent"; });
             }
           }},
          {"4.3",
           [](const Answering& a) {
             if (configures(a, "smoke-early-") && a.answer.status == 409) {
               a.replace(202, R"({"message":"ok"})");
             }
           }},
          {"4.4",
           [](const Answering& a) {
             if (configures(a, "never-started")) a.replace(202, R"({"message":"ok"})");
           }},
          {"4.5", [](const Answering& a) {
             if (configures(a, "") && a.answer.status == 422) a.replace(202, R"({"message":"ok"})");
           }}};
}

std::vector<Falsehood> suite_5() {
  return {{"5.1",
           [](const Answering& a) {
             if (a.is("DELETE", "/bots/google_meet/smoke-test-1") && of_suite(a, 5)) {
               a.edit([](Json& body) { body["message"] = ""; });
             }
           }},
          {"5.2",
           [](const Answering& a) {
             if (!is_list(a) || !of_suite(a, 5)) return;
             a.edit_rows([](Json& row) { row["status"] = "active"; });
           }},
          {"5.3",
           [](const Answering& a) {
             if (starts(a, "smoke-test-3") && of_suite(a, 5)) refuse_anyway(a);
           }},
          {"5.4",
           [](const Answering& a) {
             if (starts(a, "smoke-test-4")) refuse_anyway(a);
           }},
          {"5.5",
           [second = false](const Answering& a) mutable {
             if (!a.is("DELETE", "/bots/google_meet/smoke-test-1") || !of_suite(a, 5)) return;
             if (second) a.replace(500, R"({"detail":"broken"})");
             second = true;
           }},
          {"5.6", [](const Answering& a) {
             if (a.is("DELETE", "/bots/google_meet/never-started")) {
               a.replace(202, R"({"message":"ok"})");
             }
           }}};
}

std::vector<Falsehood> suite_6() {
  return {{"6.1",
           [](const Answering& a) {
             if (!is_list(a) || !of_suite(a, 6)) return;
             a.edit_rows([](Json& row) { row["data"] = Json::object(); });
           }},
          {"6.2",
           [](const Answering& a) {
             if (a.is("POST", "/bots") && a.request.body == "[]") a.replace(201, R"({"id":1})");
           }},
          {"6.3",
           [](const Answering& a) {
             if (!is_list(a) || !of_suite(a, 6)) return;
             a.edit_rows([](Json& row) {
               if (row["data"].value("failure_reason", "") == "stale_starting_timeout") {
                 row["data"]["failure_reason"] = "stale_reserved_timeout";
               }
             });
           }},
          {"6.4",
           [](const Answering& a) {
             if (!is_list(a) || !of_suite(a, 6)) return;
             a.edit_rows([](Json& row) {
               if (row["data"].value("failure_reason", "") == "stale_active_timeout") {
                 row["data"]["failure_reason"] = "died";
               }
             });
           }},
          {"6.5", [](const Answering& a) {
             if (starts(a, "smoke-test-2") && of_suite(a, 6)) refuse_anyway(a);
           }}};
}

std::vector<Falsehood> suite_7() {
  return {{"7.1",
           [](const Answering& a) {
             if (a.is("PATCH", "/meetings/")) {
               a.edit([](Json& row) { row["data"]["name"] = "as before"; });
             }
           }},
          {"7.2",
           [](const Answering& a) {
             if (!is_list(a) || !of_suite(a, 7)) return;
             a.edit_rows([](Json& row) { row.erase("created_at"); });
           }},
          {"7.3",
           [](const Answering& a) {
             if (a.request.target == "/admin/users" && a.answer.status == 401) a.replace(200, "[]");
           }},
          {"7.4",
           [](const Answering& a) {
             if (is_list(a) && of_suite(a, 7, "-other")) {
               a.replace(200, R"({"meetings":[{"id":1,"status":"active"}]})");
             }
           }},
          {"7.5", [](const Answering& a) {
             if (a.is("GET", "/no-such-endpoint")) a.replace(200, "{}");
           }}};
}

std::vector<Falsehood> suites_8_to_10() {
  return {{"8.1",
           [](const Answering& a) {
             if (a.is("POST", "/bots") && of_suite(a, 8) && a.answer.status == 429)
               accept_anyway(a);
           }},
          {"8.2",
           [](const Answering& a) {
             if (starts(a, "concurrent-test-same") && a.answer.status == 409) accept_anyway(a);
           }},
          {"8.3",
           [](const Answering& a) {
             if (!is_list(a) || !of_suite(a, 8)) return;
             a.edit([](Json& body) { body["meetings"].erase(0); });
           }},
          {"9.1",
           nullptr,
           [](const client::HttpRequest& request,
              const std::string& email) -> std::optional<client::HttpResponse> {
             if (request.method != "PUT" || email.find("-9-1@") == std::string::npos) return {};
             return client::HttpResponse{202, {}, R"({"message":"ok","command_id":1})"};
           }},
          {"9.2",
           [](const Answering& a) {
             if (a.request.target.find("/commands/") != std::string::npos && of_suite(a, 9)) {
               a.edit([](Json& body) { body["result"]["task"] = "transcribe"; });
             }
           }},
          {"10.1", [](const Answering& a) {
             if (!is_list(a) || !of_suite(a, 10)) return;
             a.edit_rows([](Json& row) { row["end_time"] = nullptr; });
           }}};
}

std::vector<Falsehood> behind_the_api() {
  return {{"8.4",
           nullptr,
           nullptr,
           [](TwinBehind& behind) { behind.broken = {"row 7 has ended and has no end time"}; }},
          {"9.3",
           nullptr,
           nullptr,
           [](TwinBehind& behind) {
             behind.about_messages = [](std::vector<std::string>& messages) {
               for (auto& message : messages)
                 message = replace_all(message, "{", R"({"task":null,)");
             };
           }},
          {"9.4", nullptr, nullptr, [](TwinBehind& behind) {
             behind.keys = {"speaker_events_relative", "botrix:jobs:queue", "bot:7:status"};
           }}};
}

std::vector<Falsehood> falsehoods() {
  std::vector<Falsehood> all;
  for (auto&& some : {suite_1(),
                      suite_2(),
                      suites_3_and_4(),
                      suite_5(),
                      suite_6(),
                      suite_7(),
                      suites_8_to_10(),
                      behind_the_api()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

void expect_only(TwinRun& twin, const std::string& check) {
  const auto& run = twin.run();
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(twin.failed(), std::set{check}) << render(*run, ReportFormat::text);
  EXPECT_EQ(verdict(*run), Verdict::failed);
  for (const auto& id : twin.with(CheckStatus::skipped)) {
    EXPECT_TRUE(twin.find(id)->reason.starts_with("needs "))
        << id << " was skipped: " << twin.find(id)->reason;
  }
  EXPECT_EQ(twin.service->users(), 0U) << "users were left behind";
}

class Lies : public testing::TestWithParam<Falsehood> {};

TEST_P(Lies, FailExactlyTheCheckWhosePromiseTheyBreak) {
  TwinRun twin;
  if (GetParam().lie) twin.service->tell(GetParam().lie);
  if (GetParam().instead) twin.service->answer_instead(GetParam().instead);
  if (GetParam().behind) GetParam().behind(*twin.behind);
  expect_only(twin, GetParam().check);
}

INSTANTIATE_TEST_SUITE_P(OfEachCheck,
                         Lies,
                         testing::ValuesIn(falsehoods()),
                         [](const testing::TestParamInfo<Falsehood>& told) {
                           return replace_all(told.param.check, ".", "_");
                         });

// The one lie that must know a secret: the service shows the token again.
TEST(Lies, AboutTokensFailOnlyTheCheckOfTokenSecrecy) {
  TwinRun twin;
  std::string last;
  twin.service->tell([&last](const Answering& a) {
    if (a.is("POST", "/admin/users/") && a.answer.status == 201 && last.empty()) {
      last = a.body().value("token", "");
    }
    if (a.is("GET", "/admin/users/") && !last.empty() && a.answer.status == 200 &&
        !a.request.target.starts_with("/admin/users/email")) {
      a.edit([&last](Json& user) { user["api_tokens"] = {{{"note", last}}}; });
    }
  });
  expect_only(twin, "1.5");
}

TEST(Lies, CoverEveryCheck) {
  std::set<std::string> told{"1.5"};
  for (const auto& falsehood : falsehoods())
    told.insert(falsehood.check);
  std::set<std::string> checks;
  for (const auto& suite : list_checks({})) {
    for (const auto& check : suite.checks)
      checks.insert(check.id);
  }
  EXPECT_EQ(told, checks);
}

// Against a service where every list lies, nobody waits twice for the same.
TEST(Lies, InEveryListDoNotMakeTheRunWaitForEachCheck) {
  TwinRun twin;
  twin.service->tell([](const Answering& a) {
    if (is_list(a)) a.edit_rows([](Json& row) { row["status"] = "starting"; });
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto& run = twin.run();
  const auto took = std::chrono::steady_clock::now() - begin;
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_TRUE(twin.failed().contains("3.1"));
  EXPECT_EQ(twin.find("10.1")->reason, "needs 3.1");
  // A bot has one second here. 3.1, the two stale bots of 6.1 and the seats of 8.1 wait for it,
  // nothing else does.
  EXPECT_LT(took, std::chrono::seconds(8));
}

}  // namespace
}  // namespace bot::suites
