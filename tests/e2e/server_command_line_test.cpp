// botd's command line, its environment, and its files.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "client/ops/all.hpp"
#include "drivers/sqlite/connection.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// "botd: …" and at most a hint, no more.
void expect_one_sentence(const std::string& err) {
  EXPECT_EQ(err.rfind("botd: ", 0), 0U) << err;
  const auto lines = std::count(err.begin(), err.end(), '\n');
  EXPECT_LE(lines, 2) << err;
  EXPECT_EQ(has(err, "\nhint: "), lines == 2) << err;
}

unsigned mode_of(const std::string& path) {
  struct stat facts {};
  EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
  return facts.st_mode & 0777U;
}

TEST(BotdCommandLine, PrintsEverySettingWithItsOriginAndNoSecret) {
  const TempDir home;
  const auto printed = run(
      botd_program(),
      {"serve", "--print-config", "--workers", "7"},
      {{"HOME", home.path()}, {"BOTD_CLEANUP_INTERVAL", "3s"}, {"BOTD_ADMIN_KEY", admin_key()}});
  EXPECT_EQ(printed.code, 0) << printed.err;
  EXPECT_TRUE(has(printed.out, "workers = 7  # flag\n")) << printed.out;
  EXPECT_TRUE(has(printed.out, "cleanup-interval = 3s  # environment\n")) << printed.out;
  EXPECT_TRUE(has(printed.out, "listen = 127.0.0.1:8056  # default\n")) << printed.out;
  EXPECT_TRUE(has(printed.out, "data-dir = " + home.path() + "/.local/state/botd")) << printed.out;
  EXPECT_TRUE(has(printed.out, "admin-key = (set)  # environment\n")) << printed.out;
  EXPECT_FALSE(has(printed.out, admin_key()));
  EXPECT_FALSE(std::filesystem::exists(home / ".local")) << "it only prints";
}

struct BadInput {
  std::string name;
  Words words;
  Variables variables;
  std::string named;  // stands in the complaint
};

void PrintTo(const BadInput& input, std::ostream* out) {
  *out << input.name;
}

class BotdRefuses : public testing::TestWithParam<BadInput> {};

TEST_P(BotdRefuses, WithExitCodeTwoNamingIt) {
  const TempDir home;
  auto variables = GetParam().variables;
  variables.emplace("HOME", home.path());
  const auto refused = run(botd_program(), GetParam().words, variables);
  EXPECT_EQ(refused.code, 2) << refused.err;
  EXPECT_TRUE(has(refused.err, GetParam().named)) << refused.err;
  EXPECT_EQ(refused.out, "");
  EXPECT_FALSE(std::filesystem::exists(home / ".local")) << "nothing was begun";
}

INSTANTIATE_TEST_SUITE_P(
    Each,
    BotdRefuses,
    testing::Values(
        BadInput{"NoCommand", {}, {}, "subcommand"},
        BadInput{"UnknownCommand", {"sevre"}, {}, "no command 'sevre'"},
        BadInput{"UnknownFlag", {"serve", "--no-such-flag"}, {}, "--no-such-flag"},
        BadInput{"FlagWithoutValue", {"serve", "--listen"}, {}, "--listen"},
        BadInput{"Listen", {"serve", "--listen", "nowhere"}, {}, "--listen: 'nowhere'"},
        BadInput{"Port", {"serve", "--listen", "127.0.0.1:70000"}, {}, "--listen"},
        BadInput{"Unit", {"serve", "--cleanup-interval", "5"}, {}, "--cleanup-interval"},
        BadInput{"Zero", {"serve", "--active-limit", "0"}, {}, "--active-limit"},
        BadInput{"Negative", {"serve", "--stop-grace", "-1s"}, {}, "--stop-grace"},
        BadInput{"Script", {"serve", "--bot-script", "x=explode"}, {}, "--bot-script"},
        BadInput{"Runtime", {"serve", "--runtime", "docker-compose"}, {}, "--runtime"},
        BadInput{"Number", {"serve", "--workers", "0"}, {}, "--workers: '0'"},
        BadInput{"Choice", {"serve", "--log-format", "xml"}, {}, "--log-format: 'xml'"},
        BadInput{"Callback", {"serve", "--callback-url", "ftp://x"}, {}, "--callback-url"},
        BadInput{"Password", {"serve", "--callback-url", "http://a:b@x"}, {}, "--callback-url"},
        BadInput{"Limits",
                 {"serve", "--active-limit", "10s"},
                 {},
                 "--bot-heartbeat-interval 30s is not shorter than --active-limit 10s"},
        BadInput{
            "Duration", {"serve"}, {{"BOTD_CLEANUP_INTERVAL", "soon"}}, "BOTD_CLEANUP_INTERVAL"},
        BadInput{"Variable", {"serve"}, {{"BOTD_LISTEN", "8056"}}, "BOTD_LISTEN: '8056'"},
        BadInput{
            "Switch", {"serve"}, {{"BOTD_STRICT_MEETING_IDS", "maybe"}}, "BOTD_STRICT_MEETING_IDS"},
        BadInput{"Scripts", {"serve"}, {{"BOTD_BOT_SCRIPT", "a=hang,b"}}, "BOTD_BOT_SCRIPT"},
        BadInput{"ShortKey", {"serve"}, {{"BOTD_ADMIN_KEY", "short"}}, "BOTD_ADMIN_KEY"},
        BadInput{"NoKeyFile",
                 {"serve"},
                 {{"BOTD_ADMIN_KEY_FILE", "/nonexistent/key"}},
                 "BOTD_ADMIN_KEY_FILE: cannot read /nonexistent/key"},
        BadInput{"OpenKeyFile",
                 {"serve"},
                 {{"BOTD_ADMIN_KEY_FILE", "/etc/passwd"}},
                 "BOTD_ADMIN_KEY_FILE: /etc/passwd holds a secret and others may read it"},
        BadInput{"GeneratedKeyBeyondLoopback",
                 {"serve", "--listen", "0.0.0.0:0"},
                 {},
                 "--listen 0.0.0.0: a generated admin key is only used on this machine"}),
    [](const auto& tested) { return tested.param.name; });

TEST(BotdCommandLine, TheRateLimitIsForEachKey) {
  const TempDir home;
  const Botd server(home / "data", {.flags = {"--rate-limit", "1", "--rate-burst", "2"}});
  const auto ann = make_user(server, 1);
  const auto ben = make_user(server, 1);
  const auto ask = [&](const Account& account) {
    http::RawClient connection(server.port());
    return connection.exchange(
        "GET /bots HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + account.key + "\r\n\r\n");
  };
  EXPECT_EQ(ask(ann)->status, 200);
  EXPECT_EQ(ask(ann)->status, 200);

  const auto refused = ask(ann);
  EXPECT_EQ(refused->status, 429);
  EXPECT_EQ(refused->body, R"({"detail":"Rate limit exceeded"})");
  EXPECT_EQ(refused->header("Retry-After"), "1");
  EXPECT_EQ(ask(ben)->status, 200);
}

TEST(BotdFiles, BotctlFindsALocalServerWithoutAnySetting) {
  const TempDir home;
  // As `botd serve` alone would, but on a port that nobody else has.
  const Botd server(home / ".local/state/botd",
                    {.variables = {{"HOME", home.path()}, {"BOTD_ADMIN_KEY", ""}}});
  ASSERT_FALSE(server.url().empty());
  const auto listed = run(botctl_program(), {"users", "list"}, {{"HOME", home.path()}});
  EXPECT_EQ(listed.code, 0) << listed.err;
  const auto made =
      run(botctl_program(), {"users", "create", "zero@example.org"}, {{"HOME", home.path()}});
  EXPECT_EQ(made.code, 0) << made.err;
  const auto again = run(botctl_program(), {"users", "list"}, {{"HOME", home.path()}});
  EXPECT_TRUE(has(again.out, "zero@example.org")) << again.out;
  for (const auto* name : {"admin.key", "server.secret", "botd.db", "endpoint"})
    EXPECT_EQ(mode_of(server.data_dir() + "/" + name), 0600U) << name;
  EXPECT_EQ(mode_of(server.data_dir()), 0700U);
}

TEST(BotdFiles, TheStateDirectoryOfXdgIsUsedByBoth) {
  const TempDir home;
  const Variables variables = {{"HOME", home.path()}, {"XDG_STATE_HOME", home / "state"}};
  auto for_server = variables;
  for_server["BOTD_ADMIN_KEY"] = "";
  const Botd server(home / "state/botd", {.variables = for_server});
  const auto listed = run(botctl_program(), {"users", "list"}, variables);
  EXPECT_EQ(listed.code, 0) << listed.err;
}

TEST(BotdFiles, MigrateShowsAndAppliesTheSchema) {
  const TempDir home;
  const auto dir = home / "data";
  const auto before = run(botd_program(), {"migrate", "status", "--data-dir", dir});
  EXPECT_EQ(before.code, 0) << before.err;
  EXPECT_TRUE(has(before.out, "schema 0 of ")) << before.out;
  EXPECT_TRUE(has(before.out, "\npending ")) << before.out;
  EXPECT_FALSE(std::filesystem::exists(dir)) << "it only looks";

  const auto applied = run(botd_program(), {"migrate", "up", "--data-dir", dir});
  EXPECT_EQ(applied.code, 0) << applied.err;
  EXPECT_FALSE(has(applied.out, "pending")) << applied.out;
  const auto after = run(botd_program(), {"migrate", "status", "--data-dir", dir});
  EXPECT_EQ(after.out, applied.out);

  const Botd server(dir, {.flags = {"--runtime", "simulated"}});
  const auto busy = run(botd_program(), {"migrate", "up", "--data-dir", dir});
  EXPECT_EQ(busy.code, 6);
  EXPECT_TRUE(has(busy.err, "another botd serves from")) << busy.err;
  expect_one_sentence(busy.err);
}

std::int64_t rows_in(const std::string& database, const char* query) {
  sql::SqliteConnection connection(
      {.path = database, .access = sql::SqliteOptions::Access::read_only});
  const auto rows = connection.query(query);
  return rows[0].integer("n");
}

TEST(BotdFiles, ABackupWhileServingHoldsEveryRow) {
  const TempDir home;
  const auto dir = home / "data";
  const Botd server(dir, {.flags = {"--runtime", "simulated", "--bot-start-delay", "1h"}});
  const auto account = make_user(server, 50);
  const auto user = server.user(account.key);
  for (int i = 0; i < 50; ++i)
    start_bot(user, "row-" + std::to_string(i));

  const auto copy = home / "copy.db";
  const auto saved = run(botd_program(), {"backup", copy, "--data-dir", dir});
  EXPECT_EQ(saved.code, 0) << saved.err;
  EXPECT_EQ(saved.out, copy + "\n");
  EXPECT_EQ(mode_of(copy), 0600U);
  EXPECT_EQ(rows_in(copy, "SELECT COUNT(*) AS n FROM meetings"), 50);
  EXPECT_EQ(rows_in(copy, "SELECT COUNT(*) AS n FROM users"), 1);

  write_file(home / "taken", "mine");
  const auto refused = run(botd_program(), {"backup", home / "taken", "--data-dir", dir});
  EXPECT_EQ(refused.code, 6) << refused.err;
  expect_one_sentence(refused.err);
  EXPECT_EQ(read_file(home / "taken"), "mine");

  const auto nothing = run(botd_program(), {"backup", home / "x.db", "--data-dir", home / "none"});
  EXPECT_EQ(nothing.code, 5) << nothing.err;
  expect_one_sentence(nothing.err);
  start_bot(server.user(make_user(server, 1).key), "it-serves-on");
}

TEST(BotdFiles, ABackupCanBeServedFrom) {
  const TempDir home;
  Account account;
  {
    const Botd server(home / "data", {.flags = {"--runtime", "simulated"}});
    account = make_user(server, 1);
    start_bot(server.user(account.key), "kept");
    std::filesystem::create_directory(home / "restored");
    const auto saved =
        run(botd_program(), {"backup", home / "restored/botd.db", "--data-dir", home / "data"});
    ASSERT_EQ(saved.code, 0) << saved.err;
  }
  const Botd restored(home / "restored", {.flags = {"--runtime", "simulated"}});
  EXPECT_EQ(meetings_of(restored.user(account.key)).size(), 1U);
}

class BotdCannotUse : public testing::Test {
 protected:
  void expect_refusal(const std::string& dir, const std::string& named) const {
    const auto refused = run(botd_program(),
                             {"serve", "--listen", "127.0.0.1:0", "--data-dir", dir},
                             {{"HOME", home_.path()}},
                             Privilege::without_file_override);
    EXPECT_EQ(refused.code, 1) << refused.err;
    EXPECT_TRUE(has(refused.err, named)) << refused.err;
    expect_one_sentence(refused.err);
  }

  TempDir home_;
};

TEST_F(BotdCannotUse, ADirectoryThatIsReadOnly) {
  const auto dir = home_ / "data";
  std::filesystem::create_directory(dir);
  ::chmod(dir.c_str(), 0500);
  expect_refusal(dir, "cannot write into " + dir + ": Permission denied");
}

TEST_F(BotdCannotUse, ADirectoryInAReadOnlyPlace) {
  const auto place = home_ / "place";
  std::filesystem::create_directory(place);
  ::chmod(place.c_str(), 0500);
  expect_refusal(place + "/data", "cannot make " + place + "/data: Permission denied");
  expect_refusal(place + "/deeper/data", place + "/deeper");
}

TEST_F(BotdCannotUse, AFileInPlaceOfADirectory) {
  write_file(home_ / "file", "");
  expect_refusal(home_ / "file", home_ / "file");
}

TEST_F(BotdCannotUse, ADatabaseThatIsNone) {
  std::filesystem::create_directory(home_ / "data");
  write_file(home_ / "data/botd.db", std::string(8192, 'x'));
  expect_refusal(home_ / "data", "the file " + (home_ / "data/botd.db") + " is not a database");
  EXPECT_EQ(read_file(home_ / "data/botd.db"), std::string(8192, 'x')) << "it is left as it was";
}

TEST_F(BotdCannotUse, AKeyThatOthersMayRead) {
  std::filesystem::create_directory(home_ / "data");
  write_file(home_ / "data/admin.key", "a-key-that-everybody-may-read\n");
  ::chmod((home_ / "data/admin.key").c_str(), 0644);
  expect_refusal(home_ / "data", "admin.key holds a secret and others may read it");
}

}  // namespace
}  // namespace bot::e2e
