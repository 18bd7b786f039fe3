// Every change that an administrator can make leaves one row: who, what, which, when, from where,
// and what came of it.
#include <cctype>
#include <functional>
#include <map>

#include "base/text.hpp"
#include "drivers/crypto.hpp"
#include "server/queue/queue.hpp"
#include "server/store/user_store.hpp"
#include "server/store/worker_store.hpp"
#include "tests/unit/server/routes/api.hpp"

namespace bot::routes {
namespace {

struct Change {
  std::string action;
  // On which it is done: makes what it needs, and fills the path's parameter in.
  std::function<std::string(Json& ids)> target;
  std::string body;
  std::string subject;  // "user {user}": of the ids
  int status = 200;
};

std::string upper(std::string text) {
  for (auto& c : text)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

class Audit : public Api {
 protected:
  // By method and pattern. A new operation of the administrator's has to be written down here.
  std::map<std::string, Change> changes() {
    auto all = changes_of_users();
    all.merge(changes_of_the_queue());
    return all;
  }
  std::map<std::string, Change> changes_of_users() {
    return {
        {"post /admin/users",
         {"user.create",
          [](Json&) { return std::string("/admin/users"); },
          R"({"email":"new@example.com"})",
          "user {made}",
          201}},
        {"patch /admin/users/{user_id}",
         {"user.update",
          [this](Json&) { return "/admin/users/" + std::to_string(bob_.id); },
          R"({"max_concurrent_bots":9})",
          "user {user}"}},
        {"delete /admin/users/{user_id}",
         {"user.delete",
          [this](Json&) { return "/admin/users/" + std::to_string(bob_.id); },
          "",
          "user {user}"}},
        {"post /admin/users/{user_id}/tokens",
         {"token.create",
          [this](Json&) { return "/admin/users/" + std::to_string(bob_.id) + "/tokens"; },
          "",
          "user {user}",
          201}},
        {"delete /admin/tokens/{token_id}",
         {"token.revoke",
          [this](Json& ids) {
            const auto made =
                admin("POST", "/admin/users/" + std::to_string(bob_.id) + "/tokens").json;
            ids["token"] = made["id"];
            return "/admin/tokens/" + made["id"].dump();
          },
          "",
          "token {token}",
          204}},
        {"post /admin/meetings/{meeting_id}/stop",
         {"meeting.stop",
          [this](Json& ids) {
            ids["meeting"] = start("audited")["id"];
            return "/admin/meetings/" + ids["meeting"].dump() + "/stop";
          },
          "",
          "meeting {meeting}",
          202}},
    };
  }
  std::map<std::string, Change> changes_of_the_queue() {
    return {
        {"post /admin/queue/{lane}/pause",
         {"queue.pause",
          [](Json&) { return std::string("/admin/queue/jobs/pause"); },
          "",
          "lane jobs"}},
        {"post /admin/queue/{lane}/resume",
         {"queue.resume",
          [](Json&) { return std::string("/admin/queue/jobs/resume"); },
          "",
          "lane jobs"}},
        {"post /admin/queue/{lane}/purge",
         {"queue.purge",
          [](Json&) { return std::string("/admin/queue/jobs/purge"); },
          R"({"status":"dead"})",
          "lane jobs"}},
        {"post /admin/dead-letters/{item_id}/retry",
         {"dead_letter.retry",
          [this](Json& ids) {
            ids["item"] = dead_letter();
            return "/admin/dead-letters/" + ids["item"].dump() + "/retry";
          },
          "",
          "item {item}"}},
        {"delete /admin/dead-letters/{item_id}",
         {"dead_letter.delete",
          [this](Json& ids) {
            ids["item"] = dead_letter();
            return "/admin/dead-letters/" + ids["item"].dump();
          },
          "",
          "item {item}",
          204}},
        {"post /admin/dead-letters/purge",
         {"dead_letter.purge",
          [](Json&) { return std::string("/admin/dead-letters/purge"); },
          R"({"lane":"x"})",
          "lane x"}},
        {"post /admin/workers/{worker_id}/quiet", of_worker("quiet")},
        {"post /admin/workers/{worker_id}/resume", of_worker("resume")},
        {"post /admin/workers/{worker_id}/stop", of_worker("stop")},
    };
  }

  Change of_worker(const std::string& word) {
    return {"worker." + word,
            [this, word](Json&) {
              const auto now = service_.clock().now_ms();
              store::WorkerRow row;
              row.id = "w";
              row.beat_interval = Millis{30'000};
              row.beat.seen_at = now;
              service_.database().write(
                  [&](sql::Connection& connection) { store::WorkerStore(connection).put(row); });
              return "/admin/workers/w/" + word;
            },
            "",
            "worker w",
            202};
  }
  std::int64_t dead_letter() {
    const auto now = service_.clock().now_ms();
    return service_.database().write([&](sql::Connection& connection) {
      const auto id = queue::enqueue(connection, {.lane = "x", .kind = "test"}, now);
      const auto claimed =
          queue::claim(connection, {.lane = "x", .owner = "me", .lease = Millis{1000}}, 1, now);
      queue::bury(connection, *id, claimed.at(0).fence, "no", now);
      return *id;
    });
  }

  Customer bob_ = make_customer("bob@example.com");
};

std::vector<std::string> changing_operations(const Json& document) {
  std::vector<std::string> found;
  for (const auto& [path, operations] : document["paths"].items()) {
    if (!path.starts_with("/admin/")) continue;
    for (const auto& [method, operation] : operations.items()) {
      if (method != "get" && method != "head") found.push_back(method + " " + path);
    }
  }
  return found;
}

TEST_F(Audit, HasARowForEachChangeThatTheApiOffersAnAdministrator) {
  for (const auto& operation : changing_operations(document())) {
    SCOPED_TRACE(operation);
    auto all = changes();
    ASSERT_TRUE(all.contains(operation)) << "write down what it leaves in the audit log";
    // Deleting takes the user away, so it has one of its own.
    bob_ = make_customer("bob@example.com");
    const auto& change = all.at(operation);
    Json ids{{"user", bob_.id}};
    const auto target = change.target(ids);
    const auto before = audit_log();
    service_.clock().advance(std::chrono::seconds(1));

    auto ask = Ask{.method = upper(operation.substr(0, operation.find(' '))),
                   .target = target,
                   .body = change.body,
                   .admin_key = WholeService::admin_key,
                   .peer_address = "192.0.2.7"};
    const auto answer = call(ask);
    EXPECT_EQ(answer.status, change.status);
    if (answer.json.contains("id")) ids["made"] = answer.json["id"];

    const auto rows = audit_log();
    ASSERT_EQ(rows.size(), before.size() + 1);
    const auto& row = rows.front();
    EXPECT_EQ(row.actor, "admin");
    EXPECT_EQ(row.action, change.action);
    auto subject = change.subject;
    for (const auto& [name, id] : ids.items())
      subject = replace_all(subject, "{" + name + "}", id.dump());
    EXPECT_EQ(row.subject, subject);
    EXPECT_NE(row.request_id, "");
    EXPECT_EQ(row.at, service_.clock().now_ms());
    const auto detail = Json::parse(row.detail);
    EXPECT_EQ(detail["outcome"], "done");
    EXPECT_EQ(detail["from"], "192.0.2.7");
    EXPECT_EQ(detail["key"], sha256_hex(WholeService::admin_key).substr(0, 8));
    EXPECT_EQ(row.detail.find(WholeService::admin_key), std::string::npos);
  }
}

TEST_F(Audit, HasARowForEachThatWasRefused) {
  const auto before = audited().size();
  EXPECT_EQ(admin("PATCH", "/admin/users/999", "{}").status, 404);
  EXPECT_EQ(admin("DELETE", "/admin/tokens/999").status, 404);
  EXPECT_EQ(admin("POST", "/admin/users", R"({"email":"none"})").status, 422);
  EXPECT_EQ(admin("POST", "/admin/meetings/999/stop").status, 404);

  const auto entries = audited();
  ASSERT_EQ(entries.size(), before + 4);
  EXPECT_EQ(entries[before], "user.update user 999 User not found (admin) refused 404");
  EXPECT_EQ(entries[before + 1], "token.revoke token 999 Token not found (admin) refused 404");
  EXPECT_TRUE(entries[before + 2].starts_with("user.create  ")) << entries[before + 2];
  EXPECT_TRUE(entries[before + 2].ends_with("(admin) refused 422")) << entries[before + 2];
  EXPECT_EQ(entries[before + 3], "meeting.stop meeting 999 Meeting not found (admin) refused 404");
}

TEST_F(Audit, EscapesAndCutsWhatARefusedRequestNamed) {
  EXPECT_EQ(admin("DELETE", "/admin/users/%00%1b%5b2J").status, 422);
  EXPECT_EQ(audit_log().front().subject, R"(user \x00\x1b[2J)");
  EXPECT_EQ(admin("DELETE", "/admin/tokens/" + std::string(5000, 'x')).status, 422);
  EXPECT_LT(audit_log().front().subject.size(), 130u);
}

class AuditThatCannotBeWritten : public testing::Test {
 protected:
  AuditThatCannotBeWritten() {
    service_.database().write([&](sql::Connection& connection) {
      const auto owner =
          store::UserStore(connection).find_or_create({.email = "a@example.com"}, 1).user.id;
      meeting_ = store::MeetingStore(connection)
                     .add({.user_id = owner,
                           .platform = "zoom",
                           .native_meeting_id = "1",
                           .bot_container_id = "bot"},
                          1)
                     .id;
      connection.query("ALTER TABLE audit_log RENAME TO elsewhere");
    });
  }

  int admin(const std::string& method, const std::string& target) {
    return service_.dispatcher()
        .handle_sync(
            to_request({.method = method, .target = target, .admin_key = WholeService::admin_key}))
        .status;
  }

  WholeService service_;
  std::int64_t meeting_ = 0;
};

TEST_F(AuditThatCannotBeWritten, ReplacesNoRefusalAndIsToldOf) {
  EXPECT_EQ(admin("DELETE", "/admin/users/999"), 404);
  ASSERT_EQ(service_.faults().size(), 1u);
  EXPECT_THAT(service_.faults().front(), testing::HasSubstr("audit_log"));
}

TEST_F(AuditThatCannotBeWritten, LetsNoStopHappen) {
  EXPECT_EQ(admin("POST", "/admin/meetings/" + std::to_string(meeting_) + "/stop"), 500);

  service_.database().read([&](sql::Connection& connection) {
    const auto meeting = store::MeetingStore(connection).find(meeting_);
    EXPECT_EQ(meeting->status, domain::MeetingState::reserved);
    EXPECT_FALSE(meeting->stop_requested);
  });
}

TEST_F(Audit, HasNoRowForAStrangerOrForALook) {
  const auto before = audited().size();
  EXPECT_EQ(open("DELETE", "/admin/users/1").status, 401);
  EXPECT_EQ(user("DELETE", "/admin/users/1").status, 403);
  EXPECT_EQ(admin("GET", "/admin/users").status, 200);
  EXPECT_EQ(audited().size(), before);
}

TEST_F(Audit, IsReadNewestFirstPageByPageAndFiltered) {
  admin("DELETE", "/admin/users/" + std::to_string(bob_.id));
  const auto all = admin("GET", "/admin/audit").json["entries"];
  ASSERT_EQ(all.size(), audit_log().size());
  EXPECT_EQ(all[0]["action"], "user.delete");
  EXPECT_EQ(all[0]["outcome"], "done");
  EXPECT_EQ(all[0]["from"], "127.0.0.1");
  EXPECT_EQ(all[0]["key"], sha256_hex(WholeService::admin_key).substr(0, 8));

  const auto first = admin("GET", "/admin/audit?limit=1").json["entries"];
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(admin("GET", "/admin/audit?limit=1&before=" + first[0]["id"].dump()).json["entries"][0],
            all[1]);

  const auto of_bob = "/admin/audit?subject=user%20" + std::to_string(bob_.id);
  EXPECT_EQ(admin("GET", of_bob).json["entries"].size(), 3u);
  EXPECT_EQ(admin("GET", of_bob + "&action=user.delete").json["entries"].size(), 1u);
}

TEST_F(Audit, IsForAdministratorsAndAskedForProperly) {
  EXPECT_EQ(open("GET", "/admin/audit").status, 401);
  EXPECT_EQ(user("GET", "/admin/audit").status, 403);
  for (const auto* wrong : {"limit=0", "limit=1001", "before=x", "subject=%00", "action=a%0ab"})
    EXPECT_EQ(admin("GET", std::string("/admin/audit?") + wrong).status, 422) << wrong;
}

TEST_F(Audit, NamesTheTokenOfAUserWhoTurnsAWebhookElsewhere) {
  EXPECT_EQ(user("PUT", "/user/webhook", R"({"webhook_url":"https://example.com/hook?key=s3cret"})")
                .status,
            200);
  const auto set = audit_log().front();
  EXPECT_EQ(set.action, "webhook.set");
  EXPECT_EQ(set.actor, "user " + std::to_string(ann_.id));
  EXPECT_EQ(set.detail.find("s3cret"), std::string::npos);
  EXPECT_EQ(Json::parse(set.detail)["note"], "with a new secret");
  EXPECT_GT(Json::parse(set.detail)["token"].get<std::int64_t>(), 0);

  EXPECT_EQ(user("DELETE", "/user/webhook").status, 200);
  EXPECT_EQ(audit_log().front().action, "webhook.clear");
}

}  // namespace
}  // namespace bot::routes
