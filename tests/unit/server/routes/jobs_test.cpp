#include "tests/unit/server/routes/api.hpp"

namespace bot::routes {
namespace {

class Jobs : public Api {
 protected:
  std::string add(const std::string& body = "{}") {
    const auto made = user("POST", "/api/accounts", body);
    EXPECT_EQ(made.status, 201) << made.body;
    return made.json["job"]["id"];
  }
  static std::string path(const std::string& id, const std::string& action = "") {
    return "/api/jobs/" + id + action;
  }
  bool becomes(const std::string& id, const std::string& status) {
    return soon([&] { return admin("GET", path(id)).json["status"] == status; });
  }
  static std::string error(const Answer& answer) {
    return std::to_string(answer.status) + " " + answer.json.value("error", "");
  }
  std::vector<std::string> listed(const std::string& query = "") {
    std::vector<std::string> ids;
    const auto shown = user("GET", "/api/jobs" + query).json;
    for (const auto& job : shown["jobs"])
      ids.push_back(job["id"]);
    return ids;
  }
};

TEST_F(Jobs, ShowHowFarTheyAreAndWhatTheyHaveMade) {
  const auto id = add(R"({"count":2,"username":"crew"})");
  auto shown = user("GET", path(id));
  EXPECT_EQ(shown.json["status"], "pending");
  EXPECT_EQ(shown.json["duration"], nullptr);
  EXPECT_EQ(shown.json["job"]["deleted_at"], nullptr);
  EXPECT_EQ(shown.json["progress"],
            Json::parse(R"({"current":0,"total":2,"percentage":0.0,"successful":0,"failed":0})"));

  service_.launch_bots();
  ASSERT_TRUE(becomes(id, "completed"));

  shown = user("GET", path(id));
  EXPECT_EQ(shown.json["progress"]["percentage"], 100.0);
  EXPECT_EQ(shown.json["duration"], "0s");
  EXPECT_EQ(shown.json["accounts"].size(), 2U);
  EXPECT_EQ(shown.json["accounts"][1]["username"], "crew-2");
}

TEST_F(Jobs, AreListedTheNewestFirstAndByTheirState) {
  const auto first = add();
  service_.clock().advance(std::chrono::seconds(1));
  const auto second = add();
  EXPECT_EQ(listed(), (std::vector<std::string>{second, first}));
  EXPECT_EQ(listed("?limit=1&offset=1"), std::vector<std::string>{first});
  EXPECT_EQ(listed("?since=2025-11-21T21:20:01Z"), std::vector<std::string>{second});
  EXPECT_EQ(listed("?kind=import"), std::vector<std::string>{});
  EXPECT_EQ(listed("?status=processing"), std::vector<std::string>{});
  EXPECT_EQ(listed("?status=pending&kind=accounts").size(), 2U);
  for (const auto* query :
       {"?limit=0", "?limit=1001", "?offset=-1", "?status=done", "?since=then", "?kind=%00"})
    EXPECT_EQ(user("GET", "/api/jobs" + std::string(query)).status, 400) << query;
}

TEST_F(Jobs, OfOthersAreNotThere) {
  const auto id = add();
  const auto bob = make_customer("bob@example.com");
  EXPECT_EQ(as(bob, "GET", "/api/jobs").json["jobs"].size(), 0U);
  EXPECT_EQ(as(bob, "GET", "/api/jobs/stats").json["job_stats"]["total"], 0);
  EXPECT_EQ(error(as(bob, "GET", path(id))), "404 Job not found");
  EXPECT_EQ(as(bob, "DELETE", path(id)).status, 404);
  for (const auto* action : {"/cancel", "/retry", "/tokens"})
    EXPECT_EQ(as(bob, "POST", path(id, action)).status, 404) << action;
  EXPECT_EQ(as(bob, "GET", "/api/jobs/events?job_id=" + id).status, 404);
  EXPECT_EQ(admin("GET", path(id)).status, 200);
  EXPECT_EQ(admin("GET", path("00000000-0000-0000-0000-000000000000")).status, 404);
  EXPECT_EQ(admin("GET", path("%00%F0%9F%92%A9")).status, 404);
}

TEST_F(Jobs, OneThatWaitsIsCancelledAtOnceAndOnlyOnce) {
  const auto id = add();
  const auto cancelled = user("POST", path(id, "/cancel"));
  ASSERT_EQ(cancelled.status, 200) << cancelled.body;
  EXPECT_EQ(cancelled.json["job"]["status"], "cancelled");
  EXPECT_EQ(cancelled.json["job"]["error_msg"], "cancelled by its owner");
  EXPECT_EQ(error(user("POST", path(id, "/cancel"))),
            "400 A job is cancelled before it has finished, and this one is cancelled");
  service_.launch_bots();
  EXPECT_TRUE(becomes(add(), "completed"));
  EXPECT_EQ(user("GET", path(id)).json["accounts"].size(), 0U);
}

TEST_F(Jobs, ACancelledOneIsTriedAgainWhenThatIsWanted) {
  const auto id = add();
  EXPECT_EQ(error(user("POST", path(id, "/retry"))),
            "400 A job is tried again after it failed or was cancelled, and this one is pending");
  user("POST", path(id, "/cancel"));
  const auto again = user("POST", path(id, "/retry"));
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(again.json["job"]["status"], "pending");
  EXPECT_EQ(again.json["job"]["error_msg"], nullptr);
  service_.launch_bots();
  EXPECT_TRUE(becomes(id, "completed"));
  EXPECT_EQ(user("POST", path(id, "/retry")).status, 400);
}

TEST_F(Jobs, AFinishedOneIsDeleted) {
  const auto id = add();
  EXPECT_EQ(error(user("DELETE", path(id))),
            "400 A job is deleted once it has finished, and this one is pending");
  user("POST", path(id, "/cancel"));
  EXPECT_EQ(user("DELETE", path(id)).json["job"]["id"], id);
  EXPECT_EQ(user("GET", path(id)).status, 404);
}

TEST_F(Jobs, WhatCannotBeDoneIsSaidAndWhatIsMissingIsTriedAgain) {
  const auto id = add(R"({"count":2,"username":"crew"})");
  admin("POST", "/admin/users", R"({"email":"crew-2@accounts.invalid"})");
  service_.launch_bots();
  ASSERT_TRUE(becomes(id, "failed"));
  const auto failed = user("GET", path(id)).json;
  EXPECT_EQ(failed["job"]["error_msg"],
            "partial: 1 of 2 accounts exist: the e-mail crew-2@accounts.invalid is taken");
  EXPECT_EQ(failed["progress"]["failed"], 1);
  const auto blocking = admin("GET", "/admin/users/email/crew-2@accounts.invalid").json["id"];
  admin("DELETE", "/admin/users/" + blocking.dump());

  EXPECT_EQ(user("POST", path(id, "/retry")).status, 200);

  ASSERT_TRUE(becomes(id, "completed"));
  const auto accounts = user("GET", path(id)).json["accounts"];
  ASSERT_EQ(accounts.size(), 2U);
  EXPECT_EQ(accounts[0]["id"], failed["accounts"][0]["id"]);
}

// admin-messaging-jobs §3.9, W12: no pattern with a parameter hides one without.
TEST_F(Jobs, FixedPathsGoBeforeThoseWithParameters) {
  const auto& router = service_.dispatcher().router();
  int fixed = 0;
  for (const auto& route : router.routes()) {
    if (route->pattern.find('{') != std::string::npos) continue;
    ++fixed;
    const auto match = router.match(route->method, route->pattern);
    ASSERT_NE(match.route, nullptr) << route->pattern;
    EXPECT_EQ(match.route->pattern, route->pattern);
  }
  EXPECT_GT(fixed, 20);
  EXPECT_EQ(router.match("GET", "/api/jobs/stats").route->pattern, "/api/jobs/stats");
  EXPECT_EQ(router.match("GET", "/api/jobs/events").route->pattern, "/api/jobs/events");
}

TEST_F(Jobs, AreCountedByStateAndByPriority) {
  add();
  admin("POST", "/api/accounts/generate", R"({"count":2,"priority":"high"})");
  admin("POST", "/api/accounts/generate", R"({"count":1})");
  const auto cancelled = add();
  user("POST", path(cancelled, "/cancel"));
  service_.clock().advance(std::chrono::milliseconds(1500));

  const auto counted = admin("GET", "/api/jobs/stats").json;

  EXPECT_EQ(counted["job_stats"],
            Json::parse(R"({"total":5,"pending":4,"running":0,"completed":0,"failed":0,)"
                        R"("cancelled":1})"));
  EXPECT_EQ(counted["queue_stats"],
            Json::parse(R"({"queue_length":4,"processing_count":0,"high_priority":2,)"
                        R"("normal_priority":1,"low_priority":1,"ttl_seconds":3600,)"
                        R"("oldest_age_seconds":1.5})"));
  EXPECT_EQ(user("GET", "/api/jobs/stats").json["job_stats"]["total"], 2);
}

TEST_F(Jobs, StatisticsCountAccountsAndRates) {
  const auto id = add(R"({"count":2,"username":"crew"})");
  admin("POST", "/admin/users", R"({"email":"single@accounts.invalid"})");
  const auto failing = add(R"({"username":"single"})");
  service_.launch_bots();
  ASSERT_TRUE(becomes(id, "completed"));
  ASSERT_TRUE(becomes(failing, "failed"));

  const auto counted = admin("GET", "/api/stats").json;

  EXPECT_EQ(counted["total_accounts"], 2);
  EXPECT_EQ(counted["success_rate"], 50.0);
  EXPECT_EQ(counted["failure_rate"], 50.0);
  EXPECT_EQ(counted["account_stats"]["created_today"], 2);
  EXPECT_EQ(counted["account_stats"]["active"], 2);
}

TEST_F(Jobs, SettingsAreShownAndChangedByAnAdministrator) {
  EXPECT_EQ(admin("GET", "/api/settings").json["data"],
            Json::parse(R"({"worker_count":0,"retry_count":3,"timeout":300,"generate_limit":10,)"
                        R"("account_domain":"accounts.invalid"})"));
  const auto changed = admin("POST", "/api/settings", R"({"retry_count":0,"timeout":30})");
  EXPECT_EQ(changed.json["data"]["retry_count"], 0);
  EXPECT_EQ(changed.json["data"]["timeout"], 30);
  EXPECT_EQ(audited().back(), "settings.update jobs retry_count 0, timeout 30 (admin)");
  EXPECT_EQ(error(admin("POST", "/api/settings", R"({"smtp_password":"x"})")),
            "400 smtp_password: is not set here; retry_count and timeout are");
  EXPECT_EQ(admin("POST", "/api/settings", R"({"timeout":0})").status, 400);
  EXPECT_EQ(admin("GET", "/api/settings").json["data"]["timeout"], 30);
}

TEST_F(Jobs, UsersAreImportedFromCsvByAnAdministrator) {
  const auto csv = Json{{"csv", "email,max_concurrent_bots\na@x.org,4\nb+2@x.org,\n"}}.dump();
  EXPECT_EQ(user("POST", "/api/jobs/import", csv).status, 403);
  const auto asked = admin("POST", "/api/jobs/import", csv);
  ASSERT_EQ(asked.status, 201) << asked.body;
  EXPECT_EQ(asked.json["job"]["kind"], "import");
  EXPECT_EQ(asked.json["job"]["count"], 2);
  const auto id = asked.json["job"]["id"].get<std::string>();
  service_.launch_bots();
  ASSERT_TRUE(becomes(id, "completed"));
  EXPECT_EQ(admin("GET", "/admin/users/email/a@x.org").json["max_concurrent_bots"], 4);
  EXPECT_EQ(admin("POST", path(id, "/tokens")).json["tokens"].size(), 2U);
  const auto named = admin("GET", "/api/accounts?username=b%2B2%40x.org").json["data"];
  ASSERT_EQ(named.size(), 1U);
  EXPECT_EQ(named[0]["username"], "b+2@x.org");

  EXPECT_EQ(error(admin("POST", "/api/jobs/import", R"({"csv":"name\nAnn\n"})")),
            "400 csv: line 1: there is no column email");
  EXPECT_EQ(error(admin("POST", "/api/jobs/import", "{}")), "400 csv: field required");
}

TEST_F(Jobs, EventsAreToldInOrderToWhomTheyConcern) {
  const auto id = add();
  admin("POST", "/api/accounts", "{}");
  service_.launch_bots();
  ASSERT_TRUE(becomes(id, "completed"));

  const auto told = user("GET", "/api/jobs/events").json;

  std::vector<std::string> events;
  for (const auto& event : told["events"]) {
    EXPECT_EQ(event["job_id"], id);
    EXPECT_EQ(event["data"]["job_id"], id);
    EXPECT_EQ(event["v"], 1);
    events.push_back(event["event"].get<std::string>() + " " + event["status"].get<std::string>());
  }
  EXPECT_EQ(events,
            (std::vector<std::string>{
                "job_added pending", "status_updated running", "job_completed completed"}));
  const auto since = "/api/jobs/events?since=" + told["events"][1]["seq"].dump();
  EXPECT_EQ(user("GET", since).json["events"].size(), 1U);
  EXPECT_EQ(user("GET", since + "&limit=1&job_id=" + id).json["events"].size(), 1U);
  for (const auto* query :
       {"?since=-1", "?wait=31", "?limit=0", "?since=x", "?since=", "?since=NOW"})
    EXPECT_EQ(user("GET", "/api/jobs/events" + std::string(query)).status, 400) << query;
}

TEST_F(Jobs, EventsFromNowOnAreThoseThatAreYetToCome) {
  add();
  const auto begun = user("GET", "/api/jobs/events?since=now").json;
  EXPECT_EQ(begun["events"], Json::array());
  EXPECT_EQ(begun["next"], 1);
  std::thread later([this] {
    EXPECT_TRUE(soon([&] { return service_.job_events().waiting() == 1; }));
    add();
  });
  const auto told = user("GET", "/api/jobs/events?since=now&wait=30").json;
  later.join();
  ASSERT_EQ(told["events"].size(), 1U);
  EXPECT_EQ(told["events"][0]["seq"], 2);
  EXPECT_EQ(error(user("GET", "/api/jobs/events?since=soon")),
            "400 since: value is neither the number of an event nor \"now\"");
}

TEST_F(Jobs, EventsAreWaitedFor) {
  std::thread later([this] {
    EXPECT_TRUE(soon([&] { return service_.job_events().waiting() == 1; }));
    add();
  });
  const auto told = user("GET", "/api/jobs/events?wait=30");
  later.join();
  EXPECT_EQ(told.json["events"].size(), 1U);
  EXPECT_EQ(told.json["next"], told.json["events"][0]["seq"]);
}

}  // namespace
}  // namespace bot::routes
