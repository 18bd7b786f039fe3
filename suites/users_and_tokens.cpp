#include <memory>

#include "client/ops/create_token.hpp"
#include "client/ops/revoke_token.hpp"
#include "suites/answers.hpp"
#include "suites/check.hpp"
#include "suites/stage.hpp"

namespace bot::suites {

namespace {

constexpr int asked_limit = 2;
constexpr std::size_t shortest_token = 20;

struct Memory {
  std::string email;
  types::User user;
  std::optional<Account> account;
};

Outcome create_user(Stage& stage, Memory& memory) {
  Evidence evidence;
  memory.email = stage.email_of("");
  const auto created = stage.create_user(
      {.email = memory.email, .name = "Smoke Test User", .max_concurrent_bots = asked_limit});
  if (!created) {
    evidence.missing(created.error(), "201 with the new user");
    return std::move(evidence).outcome();
  }
  memory.user = created->user;
  evidence.that(created->created, "a new user (201)", created->created ? "201" : "200");
  evidence.that(memory.user.max_concurrent_bots == asked_limit,
                "max_concurrent_bots 2",
                "max_concurrent_bots " + std::to_string(memory.user.max_concurrent_bots));
  evidence.that(
      memory.user.email == memory.email, "the e-mail as sent", "e-mail " + memory.user.email);
  return std::move(evidence).outcome();
}

Outcome create_token(Stage& stage, Memory& memory) {
  Evidence evidence;
  const auto token =
      stage.admin().run(client::CreateToken{.user_id = memory.user.id, .name = "smoke"});
  if (!token) {
    evidence.missing(token.error(), "201 with a token");
    return std::move(evidence).outcome();
  }
  const auto value = token->token.value_or("");
  evidence.that(value.size() >= shortest_token,
                "a token value of at least 20 characters",
                std::to_string(value.size()) + " characters");
  evidence.that(token->user_id == memory.user.id,
                "user_id " + std::to_string(memory.user.id),
                "user_id " + std::to_string(token->user_id));
  memory.account = stage.account_with(memory.user, value);
  return std::move(evidence).outcome();
}

Outcome token_opens(Stage& stage, Memory& memory) {
  Evidence evidence;
  const auto meetings = stage.meetings_of(memory.account->client);
  if (!meetings) {
    evidence.missing(meetings.error(), "GET /meetings answers the new token");
    return std::move(evidence).outcome();
  }
  evidence.that(
      meetings->empty(), "no meetings yet", std::to_string(meetings->size()) + " meetings");
  return std::move(evidence).outcome();
}

Outcome same_email_finds(Stage& stage, Memory& memory) {
  Evidence evidence;
  const auto again = stage.create_user(
      {.email = memory.email, .name = "Somebody Else", .max_concurrent_bots = asked_limit + 3});
  if (!again) {
    evidence.missing(again.error(), "200 with the user that is there");
    return std::move(evidence).outcome();
  }
  evidence.that(!again->created, "200, not 201", again->created ? "201" : "200");
  evidence.that(again->user.id == memory.user.id,
                "id " + std::to_string(memory.user.id),
                "id " + std::to_string(again->user.id));
  evidence.that(again->user.max_concurrent_bots == memory.user.max_concurrent_bots,
                "the limit unchanged",
                "max_concurrent_bots " + std::to_string(again->user.max_concurrent_bots));
  return std::move(evidence).outcome();
}

Outcome token_is_not_shown(Stage& stage, Memory& memory) {
  Evidence evidence;
  const auto target = "/admin/users/" + std::to_string(memory.user.id);
  const auto answer = stage.send("GET", target, "", client::Access::admin);
  if (!answer) {
    evidence.missing(answer.error(), "200 with the user");
    return std::move(evidence).outcome();
  }
  evidence.that(answer->status == 200, "HTTP 200", "HTTP " + std::to_string(answer->status));
  const bool shown = answer->body.find(memory.account->token) != std::string::npos;
  evidence.that(
      !shown,
      "no token value in the user's details",
      shown ? "the token value is shown again (the servers of 2025 do that)" : "no token value");
  return std::move(evidence).outcome();
}

bool refuses_key(const Stage& stage, const Error& error) {
  return is_key_refusal(error.http_status.value_or(0), stage.dialect());
}

std::string key_refusal(const Stage& stage) {
  return client::text_of(stage.dialect().key_refusals);
}

Outcome wrong_key_is_refused(Stage& stage, Memory& memory) {
  Evidence evidence;
  const auto wrong = memory.account->client.with_api_key("no-such-key-0123456789abcdef");
  const auto answer = stage.meetings_of(wrong);
  evidence.that(!answer && refuses_key(stage, answer.error()),
                key_refusal(stage) + " for an unknown key",
                answer ? "the meetings of somebody" : describe(answer.error()));
  return std::move(evidence).outcome();
}

Outcome revoked_token_is_refused(Stage& stage, Memory& memory) {
  Evidence evidence;
  const auto token =
      stage.admin().run(client::CreateToken{.user_id = memory.user.id, .name = "to be revoked"});
  if (!token) {
    evidence.missing(token.error(), "201 with a second token");
    return std::move(evidence).outcome();
  }
  const auto second = stage.account_with(memory.user, token->token.value_or(""));
  const auto before = stage.meetings_of(second.client);
  evidence.that(
      before.has_value(), "the second token works", before ? "it works" : describe(before.error()));
  const auto revoked = stage.admin().run(client::RevokeToken{.id = token->id});
  evidence.that(
      revoked.has_value(), "204 to its deletion", revoked ? "204" : describe(revoked.error()));
  const auto after = stage.meetings_of(second.client);
  evidence.that(!after && refuses_key(stage, after.error()),
                key_refusal(stage) + " once it is revoked",
                after ? "it still opens the meetings" : describe(after.error()));
  return std::move(evidence).outcome();
}

}  // namespace

Suite users_and_tokens() {
  const auto memory = std::make_shared<Memory>();
  const auto with = [memory](Outcome (*check)(Stage&, Memory&)) {
    return [memory, check](Stage& stage) { return check(stage, *memory); };
  };
  return Suite{.number = 1,
               .title = "User and Token Management",
               .checks = {{"1.1",
                           "Create Test User",
                           "A new user gets the limit that was asked for",
                           {},
                           with(create_user)},
                          {"1.2",
                           "Generate User API Token",
                           "A user gets a token whose value is told once",
                           {"1.1"},
                           with(create_token)},
                          {"1.3",
                           "Use the Token",
                           "The new token opens the user's own, empty list of meetings",
                           {"1.2"},
                           with(token_opens)},
                          {"1.4",
                           "Create the Same User Again",
                           "The same e-mail finds the same user, unchanged",
                           {"1.1"},
                           with(same_email_finds)},
                          {"1.5",
                           "Token Value Stays Secret",
                           "A token's value is never shown a second time",
                           {"1.2"},
                           with(token_is_not_shown)},
                          {"1.6",
                           "Refuse a Wrong Key",
                           "An unknown key opens nothing",
                           {"1.2"},
                           with(wrong_key_is_refused)},
                          {"1.7",
                           "Refuse a Revoked Token",
                           "A revoked token opens nothing any more",
                           {"1.2"},
                           with(revoked_token_is_refused)}},
               .opening = Suite::Opening::bare};
}

}  // namespace bot::suites
