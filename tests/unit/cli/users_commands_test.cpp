#include <gtest/gtest.h>

#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

types::Json sent_body(Program& program, std::size_t index) {
  return types::Json::parse(program.server().sent().at(index).request.body);
}

TEST(UsersList, FetchesEveryPage) {
  Program program;
  std::string first = "[";
  for (int id = 1; id <= 100; ++id)
    first += (id > 1 ? "," : "") + body::user(id);
  program.server().answer(200, first + "]").answer(200, '[' + body::user(101) + ']');

  const auto ran = program.run({"users", "list"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.lines().size(), 101U);
  EXPECT_NE(program.server().sent().back().request.target.find("skip=100"), std::string::npos);
}

TEST(UsersList, EndsWithAServerThatIgnoresPaging) {
  Program program;
  std::string everybody = "[";
  for (int id = 1; id <= 100; ++id)
    everybody += (id > 1 ? "," : "") + body::user(id);
  program.server().always("GET /admin/users", 200, everybody + "]");

  EXPECT_EQ(program.run({"users", "list"}).lines().size(), 100U);
}

TEST(UsersList, CutsAtTheLimit) {
  Program program;
  program.server().answer(200, '[' + body::user(1) + ',' + body::user(2) + ']');

  EXPECT_EQ(program.run({"users", "list", "--limit", "1"}).lines().size(), 1U);
}

TEST(UsersGet, TakesAnIdOrAnEmail) {
  Program program;
  const auto detail = body::user().insert(1, R"("api_tokens":[],)");
  program.server().answer_to("GET /admin/users/42", 200, detail);
  EXPECT_EQ(program.run({"users", "get", "42", "-o", "id"}).out, "42\n");

  program.server().answer_to("GET /admin/users/email/ada%40example.com", 200, body::user());
  program.server().answer_to("GET /admin/users/42", 200, detail);
  EXPECT_EQ(program.run({"users", "get", "ada@example.com", "-o", "id"}).out, "42\n");

  EXPECT_EQ(program.run({"users", "get", "ada"}).code, 2);
}

TEST(UsersCreate, RefusesAUserThatExists) {
  Program program;
  program.server().answer(200, body::user());

  const auto ran = program.run({"users", "create", "ada@example.com"});

  EXPECT_EQ(ran.code, 6);
  EXPECT_NE(ran.err.find("users ensure"), std::string::npos) << ran.err;
}

TEST(UsersEnsure, ChangesOnlyWhatDiffers) {
  Program program;
  program.server().answer(200, body::user(42, "ada@example.com", 2)).answer(200, body::user());

  const auto ran = program.run(
      {"users", "ensure", "ada@example.com", "--max-bots", "5", "--name", "Ada", "-o", "json"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.json()["outcome"], "updated");
  EXPECT_EQ(ran.json()["changed"], types::Json::array({"max_concurrent_bots"}));
  EXPECT_EQ(sent_body(program, 1), types::Json({{"max_concurrent_bots", 5}}));
}

TEST(UsersEnsure, DoesNothingTheSecondTime) {
  Program program;
  program.server().answer(200, body::user(42, "ada@example.com", 5));

  const auto ran = program.run({"users", "ensure", "ada@example.com", "--max-bots", "5"});

  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err, "unchanged user 42\n");
}

TEST(UsersEnsure, MendsAServerThatIgnoresTheLimitOnCreation) {
  Program program;
  program.server().answer(201, body::user(42, "ada@example.com", 1)).answer(200, body::user());

  const auto ran =
      program.run({"users", "ensure", "ada@example.com", "--max-bots", "2", "-o", "json"});

  EXPECT_EQ(ran.json()["outcome"], "created");
  EXPECT_EQ(ran.json()["max_concurrent_bots"], 2);
}

TEST(UsersUpdate, NeedsSomethingToChange) {
  Program program;
  EXPECT_EQ(program.run({"users", "update", "42"}).code, 2);
  EXPECT_EQ(program.run({"users", "update", "42", "--data", "[1]"}).code, 2);
}

TEST(UsersDelete, NeedsYesWhereNobodyCanBeAsked) {
  Program program;

  const auto ran = program.run({"users", "delete", "42"});

  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("--yes"), std::string::npos);
  EXPECT_TRUE(program.server().sent().empty());
}

TEST(UsersDelete, AsksOnATerminal) {
  Program program;
  program.terminal = {.in_is_tty = true, .out_is_tty = true, .err_is_tty = true, .columns = 80};
  program.input = "n\n";
  EXPECT_EQ(program.run({"users", "delete", "42"}).code, 1);
  EXPECT_TRUE(program.server().sent().empty());

  program.input = "y\n";
  program.server().answer(200, R"({"message":"ok"})");
  const auto ran = program.run({"users", "delete", "42"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out, "deleted user 42\n");

  EXPECT_EQ(program.run({"users", "delete", "42", "--no-input"}).code, 2);
  program.environment["CI"] = "true";
  EXPECT_EQ(program.run({"users", "delete", "42"}).code, 2);
}

TEST(UsersDelete, SaysYesByVariable) {
  Program program;
  program.environment["BOTCTL_YES"] = "1";
  program.server().answer(200, R"({"message":"ok"})");

  EXPECT_EQ(program.run({"users", "delete", "42", "-o", "json"}).out,
            "{\"id\":42,\"deleted\":true}\n");
}

TEST(TokensCreate, WritesTheValueAloneToStandardOutput) {
  Program program;
  program.serve_everything();

  EXPECT_EQ(program.run({"tokens", "create", "42"}).out, "secret-value-0123456789\n");
  EXPECT_EQ(program.run({"tokens", "create", "42", "-o", "json"}).json()["token"],
            "secret-value-0123456789");
}

TEST(TokensCreate, WritesTheValueIntoAPrivateFileInstead) {
  Program program;
  program.serve_everything();

  const auto ran =
      program.run({"tokens", "create", "42", "--out", program.path("t.key"), "-o", "json"});

  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ((ran.out + ran.err).find("secret-value"), std::string::npos);
  EXPECT_EQ(std::filesystem::status(program.path("t.key")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto requests = program.server().sent().size();
  EXPECT_EQ(program.run({"tokens", "create", "42", "--out", program.path("t.key")}).code, 2);
  EXPECT_EQ(program.server().sent().size(), requests);
}

TEST(TokensRevoke, TakesIdsOnlyAndDoesNotRepeatWhatMayBeASecret) {
  Program program;
  EXPECT_EQ(program.run({"tokens", "revoke", "abc"}).code, 2);
}

TEST(Verbose, ShowsExchangesOnStandardErrorWithoutSecrets) {
  for (const auto* flag : {"-v", "-vv", "-vvv"}) {
    Program program;
    program.serve_everything();

    const auto ran = program.run({"tokens", "create", "42", "--out", program.path("k"), flag});

    EXPECT_NE(ran.err.find("POST /admin/users/42/tokens → 201"), std::string::npos) << ran.err;
    EXPECT_EQ(ran.err.find("secret-value"), std::string::npos) << ran.err;
    EXPECT_EQ(ran.err.find("admin-key-0123456789"), std::string::npos) << ran.err;
    EXPECT_EQ(ran.err.find("POST /admin/users/42/tokens → 201") == std::string::npos,
              ran.out.find("POST") != std::string::npos);
  }
}

TEST(Timeout, BoundsTheWholeCommand) {
  Program program;
  program.server().always("GET /health", 503, R"({"detail":"starting"})");

  const auto ran = program.run({"health", "--wait", "--timeout", "3s"});

  EXPECT_NE(ran.code, 0);
  EXPECT_GE(program.clock.monotonic(), Millis{1'003'000});
  EXPECT_LT(program.clock.monotonic(), Millis{1'004'000});
}

TEST(Health, WaitsForAServerThatComesUp) {
  Program program;
  program.server()
      .fail({.code = Errc::unreachable, .message = "refused"})
      .fail({.code = Errc::unreachable, .message = "refused"})
      .answer(200, R"({"status":"ok"})");

  EXPECT_EQ(program.run({"health", "--wait"}).code, 0);
}

TEST(Doctor, TellsWhereEachSettingCameFromAndWhatFailed) {
  Program program;
  program.serve_everything();

  const auto well = program.run({"doctor", "-o", "json"});
  EXPECT_EQ(well.code, 0) << well.err;
  EXPECT_EQ(well.out.find("key-0123456789"), std::string::npos);
  EXPECT_NE(well.out.find("BOTCTL_SERVER"), std::string::npos) << well.out;

  Program alone;
  alone.server().fail({.code = Errc::unreachable, .message = "refused"});
  const auto away = alone.run({"doctor"});
  EXPECT_EQ(away.code, 3);
  EXPECT_NE(away.out.find("health\tfailed"), std::string::npos) << away.out;
}

TEST(Doctor, TellsTheGenerationOfAServerOf2025) {
  constexpr const char* not_found = R"({"detail":"Not Found"})";
  Program program;
  program.server()
      .answer_to("GET /health", 404, not_found)
      .answer_to("GET /", 200, R"({"message":"Welcome to the Vexa API Gateway"})")
      .answer_to("GET /bots/status", 403, R"_({"detail":"Missing API token (X-API-Key header)"})_")
      .answer_to("GET /admin/analytics/users", 404, not_found)
      .answer_to("GET /version", 404, not_found)
      .answer_to("GET /auth/me", 404, not_found)
      .answer_to("GET /meetings", 200, R"({"meetings":[]})")
      .answer_to("GET /admin/users", 200, "[]");

  const auto ran = program.run({"doctor"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("health\tok\tWelcome to the Vexa API Gateway"), std::string::npos);
  EXPECT_NE(ran.out.find("generation\tok\tVexa S1: refuses with 403 over the limit"),
            std::string::npos)
      << ran.out;
}

TEST(Doctor, SaysWhereToLookForTheAdminApiOfAGatewayWithoutOne) {
  constexpr const char* not_found = R"({"detail":"Not Found"})";
  Program program;
  program.server()
      .answer_to("GET /health", 200, R"({"status":"ok","service":"gateway"})")
      .answer_to("GET /bots/status", 401, R"({"detail":"Missing API key"})")
      .answer_to("GET /admin/analytics/users", 404, not_found)
      .answer_to("GET /version", 404, not_found)
      .answer_to("GET /auth/me", 200, R"({"user_id":3,"email":"a@x.org","scopes":["bot"]})");

  const auto ran = program.run({"doctor"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("admin key\tskipped\tthe server serves no /admin\tname the address"),
            std::string::npos)
      << ran.out;
}

TEST(Doctor, EndsAsTheFirstFailureWouldHaveEndedACommand) {
  Program program;
  program.serve_everything();
  program.server().answer_to("GET /version", 500, R"({"detail":"broken"})");
  EXPECT_EQ(program.run({"doctor"}).code, 1);

  program.server().answer_to("GET /version", 200, R"({"version":"1"})");
  program.server().answer_to("GET /admin/users", 403, R"({"detail":"Invalid key"})");
  EXPECT_EQ(program.run({"doctor"}).code, 4);
}

TEST(Doctor, AServerOfNoKnownGenerationIsNoFailure) {
  Program program;
  program.serve_everything();
  program.server().answer_to("GET /health", 200, R"({"status":"ok","service":"another"})");

  const auto ran = program.run({"doctor"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("generation\tskipped\tnone that is known"), std::string::npos) << ran.out;
}

}  // namespace
}  // namespace bot::cli
