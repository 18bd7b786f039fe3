#include <span>

#include "server/jobs/job.hpp"
#include "server/jobs/job_store.hpp"
#include "server/store/token_store.hpp"
#include "tests/unit/server/routes/api.hpp"

namespace bot::routes {
namespace {

class Accounts : public Api {
 protected:
  using Api::Api;
  Accounts() = default;

  // The one account of this job, with a key.
  Customer key_of(const std::string& job) {
    const auto id = finish({job}).front();
    const auto shown = admin("POST", "/api/jobs/" + job + "/tokens");
    return {id, "", shown.json["tokens"][0]["token"]};
  }
  // All jobs of this answer are completed; their accounts' ids.
  std::vector<std::int64_t> finish(const std::vector<std::string>& ids) {
    service_.launch_bots();
    std::vector<std::int64_t> accounts;
    for (const auto& id : ids) {
      EXPECT_TRUE(soon([&] {
        return admin("GET", "/api/jobs/" + id).json["status"] == "completed";
      })) << id;
      const auto shown = admin("GET", "/api/jobs/" + id).json;
      for (const auto& account : shown["accounts"])
        accounts.push_back(account["id"].get<std::int64_t>());
    }
    return accounts;
  }
  static std::vector<std::string> ids_of(const Answer& answer) {
    return answer.json["job_ids"].get<std::vector<std::string>>();
  }
  static std::string error(const Answer& answer) {
    return std::to_string(answer.status) + " " + answer.json.value("error", "");
  }
  static std::string path(std::int64_t id) { return "/api/accounts/" + std::to_string(id); }
};

TEST_F(Accounts, AreGeneratedWithAJobForEach) {
  const auto asked =
      admin("POST", "/api/accounts/generate", R"({"count":3,"priority":"High","username":"crew"})");

  ASSERT_EQ(asked.status, 201) << asked.body;
  EXPECT_EQ(asked.json["message"], "3 jobs were created");
  const auto accounts = finish(ids_of(asked));
  ASSERT_EQ(accounts.size(), 3U);
  const auto listed = admin("GET", "/api/accounts");
  EXPECT_EQ(listed.json["pagination"],
            Json::parse(R"({"limit":20,"offset":0,"total":3,"count":3})"));
  std::set<std::string> names;
  for (const auto& account : listed.json["data"])
    names.insert(account["username"].get<std::string>());
  EXPECT_EQ(names, (std::set<std::string>{"crew-1", "crew-2", "crew-3"}));
  EXPECT_EQ(admin("GET", "/api/jobs/" + ids_of(asked).front()).json["job"]["priority"], 2);
}

TEST_F(Accounts, AreAddedByOneJobForAll) {
  const auto asked = admin("POST", "/api/accounts", R"({"count":2})");
  ASSERT_EQ(asked.status, 201) << asked.body;
  EXPECT_EQ(asked.json["job"]["count"], 2);
  EXPECT_EQ(asked.json["job"]["priority"], 0);
  EXPECT_EQ(finish({asked.json["job"]["id"].get<std::string>()}).size(), 2U);
  EXPECT_EQ(admin("POST", "/api/accounts", R"({"count":-4})").json["job"]["count"], 1);
  EXPECT_EQ(admin("POST", "/api/accounts", R"({})").json["job"]["count"], 1);
  EXPECT_EQ(admin("POST", "/api/accounts", R"({"count":101})").status, 400);
}

TEST_F(Accounts, WhatIsWrongWithARequestIsSaidWith400) {
  for (const auto& [body, expected] : std::vector<std::pair<std::string, std::string>>{
           {R"({"count":0})", "400 count: ensure this value is greater than or equal to 1"},
           {R"({"count":101})", "400 count: ensure this value is less than or equal to 100"},
           {R"({})", "400 count: field required"},
           {R"({"count":"x"})", "400 count: value is not a valid integer"},
           {R"({"count":1,"priority":"urgent"})",
            "400 priority: value is none of low, normal, high"},
           {R"({"count":1,"username":"a b"})",
            "400 username: value is not 1 to 48 letters, digits, dots, hyphens or underscores, "
            "with "
            "no dot at an end or beside another"},
           {"[1]", "400 value is not a valid dict"}}) {
    EXPECT_EQ(error(admin("POST", "/api/accounts/generate", body)), expected) << body;
  }
  EXPECT_EQ(admin("POST", "/api/accounts/generate", "{broken").status, 400);
  EXPECT_EQ(admin("GET", "/api/accounts?limit=0").status, 400);
  EXPECT_EQ(admin("GET", "/api/accounts?status=gone").status, 400);
  EXPECT_EQ(admin("GET", "/api/accounts/x").status, 400);
}

TEST_F(Accounts, RefusalsHaveTheFormOfTheReference) {
  EXPECT_EQ(error(open("POST", "/api/accounts/generate", R"({"count":1})")),
            "401 Missing API token (X-API-Key header)");
  EXPECT_EQ(user("GET", "/api/settings").status, 403);
  EXPECT_EQ(user("GET", "/api/settings").json["success"], false);
  EXPECT_EQ(admin("GET", "/api/nothing").json,
            Json::parse(R"({"success":false,"error":"Not Found"})"));
  const auto wrong = admin("PATCH", "/api/accounts");
  EXPECT_EQ(wrong.json, Json::parse(R"({"success":false,"error":"Method Not Allowed"})"));
  EXPECT_EQ(wrong.header("Allow"), "GET, HEAD, POST");
  EXPECT_EQ(error(admin("GET", "/api/accounts/999")), "404 Account not found");
  EXPECT_EQ(call({.method = "POST",
                  .target = "/api/accounts",
                  .body = "count=1",
                  .admin_key = WholeService::admin_key,
                  .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}})
                .status,
            415);
  EXPECT_EQ(call({.method = "POST",
                  .target = "/api/accounts",
                  .body = "{}",
                  .admin_key = WholeService::admin_key,
                  .headers = {{"Content-Type", "application/json; charset=utf-8"}}})
                .status,
            201);
}

TEST_F(Accounts, AUsersKeyMayAskForSoManyAMinuteAndTheAdminForAsManyAsWanted) {
  const auto ask = [this] { return user("POST", "/api/accounts/generate", R"({"count":1})"); };
  for (int i = 0; i < 10; ++i)
    ASSERT_EQ(ask().status, 201);
  service_.clock().advance(std::chrono::seconds(20));

  const auto refused = ask();

  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "40");
  EXPECT_EQ(refused.json,
            Json::parse(R"({"success":false,"error":"Rate limit exceeded","message":)"
                        R"("At most 10 requests for accounts a minute are accepted from one key",)"
                        R"("retry_after_seconds":40})"));
  EXPECT_EQ(user("POST", "/api/accounts", "{}").status, 429);
  const auto bob = make_customer("bob@example.com");
  EXPECT_EQ(as(bob, "POST", "/api/accounts/generate", R"({"count":1})").status, 201);
  for (int i = 0; i < 12; ++i)
    EXPECT_EQ(admin("POST", "/api/accounts/generate", R"({"count":1})").status, 201);
  service_.clock().advance(std::chrono::seconds(40));
  EXPECT_EQ(ask().status, 201);
}

class WithoutGenerating : public Api {
 protected:
  WithoutGenerating() : Api({.generate_limit = 0}) {}
};

TEST_F(WithoutGenerating, OnlyAnAdministratorMayAskForAccounts) {
  EXPECT_EQ(user("POST", "/api/accounts/generate", R"({"count":1})").status, 403);
  EXPECT_EQ(user("POST", "/api/accounts", "{}").status, 403);
  EXPECT_EQ(admin("POST", "/api/accounts/generate", R"({"count":1})").status, 201);
}

TEST_F(Accounts, OneThatAUserAskedForMayNotAskForMore) {
  const auto job = ids_of(user("POST", "/api/accounts/generate", R"({"count":1})")).front();
  const auto owned = key_of(job);
  const auto admins =
      key_of(ids_of(admin("POST", "/api/accounts/generate", R"({"count":1})")).front());

  const std::string refusal = "403 An account that a user asked for may not ask for accounts";
  EXPECT_EQ(error(as(owned, "POST", "/api/accounts/generate", R"({"count":1})")), refusal);
  EXPECT_EQ(error(as(owned, "POST", "/api/accounts", "{}")), refusal);
  EXPECT_EQ(as(admins, "POST", "/api/accounts", "{}").status, 201);
}

class FewAccounts : public Accounts {
 protected:
  FewAccounts() : Accounts({.account_limit = 3}) {}
};

TEST_F(FewAccounts, AreAllThatAUserMayHaveWithThoseToCome) {
  const auto ask = [this](int count) {
    return user("POST", "/api/accounts", R"({"count":)" + std::to_string(count) + "}");
  };
  const std::string refusal = "403 A user may have 3 accounts, and this one has or awaits ";
  EXPECT_EQ(error(ask(4)), refusal + "0");
  const auto cancelled = ask(2).json["job"]["id"].get<std::string>();
  EXPECT_EQ(error(ask(2)), refusal + "2");
  EXPECT_EQ(user("POST", "/api/jobs/" + cancelled + "/cancel").status, 200);

  EXPECT_EQ(finish({ask(3).json["job"]["id"].get<std::string>()}).size(), 3U);
  EXPECT_EQ(error(ask(1)), refusal + "3");
  EXPECT_EQ(error(user("POST", "/api/accounts/generate", R"({"count":1})")), refusal + "3");
  EXPECT_EQ(error(user("POST", "/api/jobs/" + cancelled + "/retry")), refusal + "3");
  EXPECT_EQ(admin("POST", "/api/accounts", R"({"count":9})").status, 201);
}

TEST_F(Accounts, MayDoNoMoreThanTheOneWhoAskedForThem) {
  const auto owner =
      key_of(ids_of(admin("POST", "/api/accounts/generate", R"({"count":1})")).front());
  const auto job = as(owner, "POST", "/api/accounts", R"({"count":2})").json["job"]["id"];
  const auto owned = finish({job.get<std::string>()});
  ASSERT_EQ(owned.size(), 2U);
  const auto status = [&](std::int64_t id) {
    return admin("GET", path(id)).json["account"]["status"].get<std::string>();
  };
  const auto set = [&](std::int64_t id, const std::string& to) {
    EXPECT_EQ(admin("PUT", path(id), R"({"status":")" + to + R"("})").status, 200);
  };
  set(owned[1], "banned");

  set(owner.id, "suspended");
  EXPECT_EQ(status(owned[0]), "suspended");
  EXPECT_EQ(status(owned[1]), "banned");

  set(owner.id, "active");
  EXPECT_EQ(status(owned[0]), "suspended");
  set(owned[0], "active");

  EXPECT_EQ(admin("DELETE", path(owner.id)).status, 200);
  EXPECT_EQ(status(owned[0]), "banned");
}

TEST_F(Accounts, OfOneWhoIsBannedAreNotMadeAnyMoreAndTheirBotsAreStopped) {
  const auto owner =
      key_of(ids_of(admin("POST", "/api/accounts/generate", R"({"count":1})")).front());
  const auto job = as(owner, "POST", "/api/accounts", "{}").json["job"]["id"].get<std::string>();
  const auto owned = key_of(job);
  const auto started = as(
      owned, "POST", "/bots", R"({"platform":"google_meet","native_meeting_id":"of-the-owned"})");
  ASSERT_EQ(started.status, 201) << started.body;
  // Asked for before, and made after.
  ASSERT_EQ(admin("POST", "/admin/queue/jobs/pause").status, 200);
  const auto late = service_.database().write([&](sql::Connection& connection) {
    const jobs::NewJob wanted{.owner_user_id = owner.id};
    return jobs::JobStore(connection)
        .create(std::span(&wanted, 1), {.max_retries = 0}, service_.clock().now_ms())
        .front();
  });

  ASSERT_EQ(admin("DELETE", path(owner.id)).status, 200);

  EXPECT_TRUE(meeting_row(started.json["id"]).stop_requested);
  EXPECT_EQ(summary(as(owned, "GET", "/bots")), "403 This account is banned");
  ASSERT_EQ(admin("POST", "/admin/queue/jobs/resume").status, 200);
  ASSERT_EQ(admin("POST", "/api/accounts", "{}").status, 201);  // wakes the lane
  EXPECT_TRUE(soon([&] { return admin("GET", "/api/jobs/" + late).json["status"] == "failed"; }))
      << admin("GET", "/api/jobs/" + late).body;
  EXPECT_TRUE(admin("GET", "/api/jobs/" + late).json["accounts"].empty());
}

TEST_F(Accounts, ARepeatedRequestWithTheSameKeyMakesNothingMore) {
  const Ask ask{.method = "POST",
                .target = "/api/accounts/generate",
                .body = R"({"count":2})",
                .user_key = ann_.key,
                .headers = {{"Idempotency-Key", "k1"}}};
  const auto first = call(ask);
  const auto second = call(ask);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(user("GET", "/api/jobs").json["jobs"].size(), 2U);
  auto other = ask;
  other.body = R"({"count":3})";
  EXPECT_EQ(call(other).status, 409);
}

TEST_F(Accounts, AUserSeesAndChangesItsOwnOnly) {
  const auto mine =
      finish(ids_of(user("POST", "/api/accounts/generate", R"({"count":1})"))).front();
  const auto admins =
      finish(ids_of(admin("POST", "/api/accounts/generate", R"({"count":1})"))).front();

  EXPECT_EQ(user("GET", "/api/accounts").json["pagination"]["total"], 1);
  EXPECT_EQ(admin("GET", "/api/accounts").json["pagination"]["total"], 2);
  EXPECT_EQ(user("GET", path(mine)).status, 200);
  for (const auto* method : {"GET", "PUT", "DELETE"})
    EXPECT_EQ(user(method, path(admins), "{}").status, 404) << method;
  EXPECT_EQ(user("PUT", path(mine), R"({"username":"mine"})").status, 200);
  EXPECT_EQ(user("PUT", path(mine), R"({"concurrency_limit":9})").status, 403);
  for (const auto* status : {"active", "suspended", "banned"}) {
    EXPECT_EQ(error(user("PUT", path(mine), R"({"status":")" + std::string(status) + R"("})")),
              "403 Only an administrator may change the status of an account");
  }
  // Its suspension by an administrator, above all.
  EXPECT_EQ(admin("PUT", path(mine), R"({"status":"suspended"})").status, 200);
  EXPECT_EQ(user("PUT", path(mine), R"({"status":"active"})").status, 403);
  EXPECT_EQ(user("DELETE", path(mine)).json["account"]["status"], "banned");
  EXPECT_EQ(user("PUT", path(mine), R"({"status":"active"})").status, 403);
  EXPECT_EQ(admin("PUT", path(mine), R"({"status":"active"})").status, 200);
}

TEST_F(Accounts, OnlyNameLimitAndStatusCanBeChanged) {
  const auto ids = finish(ids_of(admin("POST", "/api/accounts/generate", R"({"count":2})")));
  const auto changed = admin(
      "PUT", path(ids[0]), R"({"username":"crew","concurrency_limit":5,"status":"suspended"})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.json["account"]["username"], "crew");
  EXPECT_EQ(changed.json["account"]["concurrency_limit"], 5);
  EXPECT_EQ(changed.json["account"]["status"], "suspended");
  EXPECT_EQ(error(admin("PUT", path(ids[1]), R"({"username":"crew"})")),
            "409 The username crew is taken");
  EXPECT_EQ(error(admin("PUT", path(ids[0]), R"({"id":3})")),
            "400 id: cannot be changed; username, concurrency_limit and status can");
  EXPECT_EQ(admin("GET", "/api/accounts?status=suspended").json["pagination"]["total"], 1);
}

TEST_F(Accounts, NoneIsNamedLikeTheIdOfAnother) {
  const auto id = finish(ids_of(admin("POST", "/api/accounts/generate", R"({"count":1})"))).front();
  const std::string refusal =
      "400 username: value is a number, and a number is always an account's id";

  for (const std::string name : {"1", "007", "-5", "99999999999999999999"}) {
    const auto body = R"({"count":1,"username":")" + name + R"("})";
    EXPECT_EQ(error(admin("POST", "/api/accounts/generate", body)), refusal) << name;
    EXPECT_EQ(error(admin("POST", "/api/accounts", body)), refusal) << name;
    EXPECT_EQ(error(admin("PUT", path(id), R"({"username":")" + name + R"("})")), refusal) << name;
  }
  EXPECT_EQ(admin("PUT", path(id), R"({"username":"5-1"})").status, 200);
}

TEST_F(Accounts, AreFoundByTheirUsernameAndTheirJob) {
  const auto jobs = ids_of(user("POST", "/api/accounts/generate", R"({"count":2})"));
  const auto ids = finish(jobs);
  ASSERT_EQ(admin("PUT", path(ids[0]), R"({"username":"crew"})").status, 200);
  const auto found = [&](const std::string& query) {
    return user("GET", "/api/accounts?" + query).json;
  };

  const auto named = found("username=crew");
  ASSERT_EQ(named["data"].size(), 1U);
  EXPECT_EQ(named["data"][0]["id"], ids[0]);
  EXPECT_EQ(named["pagination"]["total"], 1);
  EXPECT_EQ(found("username=Crew")["data"], Json::array());
  EXPECT_EQ(found("job_id=" + jobs[1])["data"][0]["id"], ids[1]);
  EXPECT_EQ(found("username=crew&job_id=" + jobs[1])["pagination"]["total"], 0);
  const auto bob = make_customer("bob@example.com");
  EXPECT_EQ(as(bob, "GET", "/api/accounts?username=crew").json["data"], Json::array());
  for (const std::string name : {"username", "job_id"}) {
    EXPECT_EQ(error(user("GET", "/api/accounts?" + name + "=%00")),
              "400 " + name + ": control characters are not permitted");
  }
}

TEST_F(Accounts, OfAJobThatNeverWasAreNotFound) {
  const auto job = ids_of(user("POST", "/api/accounts/generate", R"({"count":1})")).front();
  const auto of = [](const std::string& id) { return "/api/accounts?job_id=" + id; };

  EXPECT_EQ(user("GET", of(job)).json["data"], Json::array()) << "it has made none yet";
  EXPECT_EQ(error(user("GET", of("typo"))), "404 Job not found");
  EXPECT_EQ(error(admin("GET", of("00000000-0000-0000-0000-000000000000"))), "404 Job not found");
  const auto bob = make_customer("bob@example.com");
  EXPECT_EQ(error(as(bob, "GET", of(job))), "404 Job not found");

  finish({job});
  ASSERT_EQ(user("DELETE", "/api/jobs/" + job).status, 200);
  ASSERT_EQ(user("GET", "/api/jobs/" + job).status, 404);
  EXPECT_EQ(user("GET", of(job)).json["data"].size(), 1U) << "they stay";
  EXPECT_EQ(user("GET", of(job) + "&status=banned").json["data"], Json::array());
  EXPECT_EQ(error(as(bob, "GET", of(job))), "404 Job not found");
}

TEST_F(Accounts, OneThatIsDeletedStaysButItsKeyIsRefusedAndItsBotsAreStopped) {
  const auto job = ids_of(admin("POST", "/api/accounts/generate", R"({"count":1})")).front();
  const auto id = finish({job}).front();
  const auto shown = admin("POST", "/api/jobs/" + job + "/tokens");
  const Customer account{id, "", shown.json["tokens"][0]["token"]};
  const auto started = as(account,
                          "POST",
                          "/bots",
                          R"({"platform":"google_meet","native_meeting_id":"of-the-account"})");
  ASSERT_EQ(started.status, 201) << started.body;

  const auto deleted = admin("DELETE", path(id));

  EXPECT_EQ(deleted.status, 200) << deleted.body;
  EXPECT_EQ(summary(as(account, "GET", "/bots")), "403 This account is banned");
  EXPECT_EQ(admin("GET", path(id)).json["account"]["status"], "banned");
  EXPECT_TRUE(meeting_row(started.json["id"]).stop_requested);
}

TEST_F(Accounts, TokensAreShownOnceAndAreKeys) {
  const auto job = ids_of(user("POST", "/api/accounts/generate", R"({"count":1})")).front();
  const auto target = "/api/jobs/" + job + "/tokens";
  EXPECT_EQ(error(user("POST", target)), "409 The job has made no account yet");
  const auto id = finish({job}).front();
  const auto bob = make_customer("bob@example.com");
  EXPECT_EQ(as(bob, "POST", target).status, 404);

  const auto shown = user("POST", target);

  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_EQ(shown.header("Cache-Control"), "no-store");
  const auto& token = shown.json["tokens"][0];
  EXPECT_EQ(token["account_id"], id);
  const Customer account{id, "", token["token"]};
  EXPECT_EQ(as(account, "GET", "/auth/me").json["user_id"], id);
  EXPECT_EQ(as(account, "GET", "/auth/me").json["token_id"], token["token_id"]);
  const auto again = user("POST", target);
  EXPECT_EQ(again.status, 409);
  EXPECT_NE(again.json["error"].get<std::string>().find("shown once"), std::string::npos);
  EXPECT_EQ(user("GET", path(id)).json["account"]["token_shown"], true);
  // It is stored nowhere as it is.
  const auto value = token["token"].get<std::string>();
  EXPECT_EQ(user("GET", "/api/jobs/" + job).body.find(value), std::string::npos);
  EXPECT_EQ(user("GET", "/api/jobs/events").body.find(value), std::string::npos);
}

TEST_F(Accounts, WhatAnAdministratorDoesIsAuditedAndWhatAUserDoes) {
  const auto job = ids_of(admin("POST", "/api/accounts/generate", R"({"count":2})"));
  const auto ids = finish(job);
  const auto mine = finish(ids_of(user("POST", "/api/accounts/generate", R"({"count":1})")));
  user("PUT", path(mine[0]), R"({"username":"mine"})");
  user("PUT", path(999), R"({"username":"mine"})");
  admin("PUT", path(ids[0]), R"({"status":"suspended"})");
  admin("DELETE", path(999));
  admin("POST", "/api/jobs/" + job[0] + "/tokens");

  const auto entries = audited();

  const auto account = "account " + std::to_string(ids[0]);
  const auto by_ann = " (user " + std::to_string(ann_.id) + ")";
  ASSERT_EQ(entries.size(), 8U);
  EXPECT_EQ(entries[2], "job.create job " + job[0] + " 2 jobs (admin)");
  EXPECT_TRUE(entries[3].starts_with("job.create job ")) << entries[3];
  EXPECT_TRUE(entries[3].ends_with(" 1 jobs" + by_ann)) << entries[3];
  EXPECT_EQ(
      (std::vector<std::string>{entries.begin() + 4, entries.end()}),
      (std::vector<std::string>{"account.update account " + std::to_string(mine[0]) + " " + by_ann,
                                "account.update " + account + " suspended (admin)",
                                "account.delete account 999 Account not found (admin) refused 404",
                                "job.tokens job " + job[0] + "  (admin)"}));
}

}  // namespace
}  // namespace bot::routes
