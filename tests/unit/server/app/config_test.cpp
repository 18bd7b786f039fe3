#include "server/app/config.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace bot::app {
namespace {

Environment environment_of(std::map<std::string, std::string> values) {
  values.emplace("HOME", "/home/ann");
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

Config resolved(const std::vector<GivenFlag>& flags,
                std::map<std::string, std::string> values = {}) {
  auto config = resolve_config(flags, environment_of(std::move(values)));
  EXPECT_TRUE(config) << (config ? "" : config.error().message);
  return config ? config->config : Config{};
}

Error refused(const std::vector<GivenFlag>& flags, std::map<std::string, std::string> values = {}) {
  auto config = resolve_config(flags, environment_of(std::move(values)));
  EXPECT_FALSE(config);
  return config ? Error{} : config.error();
}

TEST(Config, WorksWithoutAnySetting) {
  const auto config = resolved({});

  EXPECT_EQ(config.listen_host, "127.0.0.1");
  EXPECT_EQ(config.listen_port, 8056);
  EXPECT_EQ(config.data_dir, "/home/ann/.local/state/botd");
  EXPECT_EQ(config.runtime, RuntimeKind::process);
  EXPECT_EQ(config.on_shutdown, OnShutdown::leave);
  EXPECT_EQ(config.active_limit, Millis{120'000});
}

TEST(Config, FlagsWinOverTheEnvironment) {
  const auto config = resolved({{"cleanup-interval", "1s"}},
                               {{"BOTD_CLEANUP_INTERVAL", "2s"}, {"BOTD_STOP_GRACE", "3s"}});

  EXPECT_EQ(config.cleanup_interval, Millis{1000});
  EXPECT_EQ(config.stop_grace, Millis{3000});
}

TEST(Config, RepeatedSettingsCollect) {
  const auto config = resolved({{"bot-script", "stale-*=hang"}, {"bot-script", "x=y=dies"}},
                               {{"BOTD_CALLBACK_URL", "http://a:1/,https://b"}});

  ASSERT_EQ(config.bot_scripts.size(), 2U);
  EXPECT_EQ(config.bot_scripts[1].pattern, "x=y");
  EXPECT_EQ(config.bot_scripts[1].script, bots::Script::dies);
  EXPECT_EQ(config.callback_urls, (std::vector<std::string>{"http://a:1", "https://b"}));
}

TEST(Config, ADatabaseUrlWithAPasswordIsTakenFromTheEnvironmentOnly) {
  const auto refusal = refused({{"database-url", "postgresql://ann:hunter2@db/botd"}});
  EXPECT_EQ(refusal.message.find("hunter2"), std::string::npos);
  EXPECT_NE(refusal.hint.find("BOTD_DATABASE_URL_FILE"), std::string::npos);

  EXPECT_EQ(resolved({{"database-url", "postgresql://ann@db/botd"}}).database_url,
            "postgresql://ann@db/botd");
  EXPECT_EQ(resolved({}, {{"BOTD_DATABASE_URL", "postgresql://ann:hunter2@db/botd"}}).database_url,
            "postgresql://ann:hunter2@db/botd");
  EXPECT_TRUE(refused({{"database-url", "mysql://db"}}).message.starts_with("--database-url: "));
}

TEST(Config, ADatabaseUrlIsShownWithoutItsPassword) {
  auto config = resolve_config(
      {}, environment_of({{"BOTD_DATABASE_URL", "postgresql://ann:hunter2@db/botd"}}));
  ASSERT_TRUE(config);
  std::ostringstream shown;

  print_config(shown, *config);

  EXPECT_EQ(shown.str().find("hunter2"), std::string::npos);
  EXPECT_NE(shown.str().find("database-url = postgresql://ann:...@db/botd  # environment"),
            std::string::npos);
}

TEST(Config, ABadValueNamesItsFlagOrVariable) {
  EXPECT_TRUE(refused({{"listen", "8056"}}).message.starts_with("--listen: '8056'"));
  EXPECT_TRUE(refused({{"bot-script", "a=jump"}}).message.starts_with("--bot-script: "));
  EXPECT_TRUE(refused({{"stop-grace", "0"}}).message.starts_with("--stop-grace: "));
  EXPECT_TRUE(refused({}, {{"BOTD_WORKERS", "many"}}).message.starts_with("BOTD_WORKERS: 'many'"));
  EXPECT_TRUE(refused({}, {{"BOTD_RUNTIME", "docker9"}}).message.starts_with("BOTD_RUNTIME: "));
}

TEST(Config, EverySettingReadsBackWhatItShows) {
  const Config defaults = resolved({});
  for (const auto& setting : settings()) {
    if (setting.repeatable) continue;
    Config config;
    const auto shown = setting.show(defaults);
    EXPECT_TRUE(setting.read(config, shown)) << setting.name << " " << shown;
    EXPECT_EQ(setting.show(config), shown) << setting.name;
  }
}

TEST(Config, NamesAreUniqueAndExplained) {
  std::set<std::string> names;
  for (const auto& setting : settings()) {
    EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
    EXPECT_FALSE(setting.help.empty()) << setting.name;
  }
}

TEST(Config, AGeneratedKeyStaysOnThisMachine) {
  EXPECT_TRUE(refused({{"listen", "0.0.0.0:8056"}}).hint.find("BOTD_ADMIN_KEY") !=
              std::string::npos);
  EXPECT_EQ(resolved({{"listen", "0.0.0.0:0"}, {"allow-generated-key", "true"}}).listen_host,
            "0.0.0.0");
  EXPECT_EQ(resolved({{"listen", "[::1]:80"}}).listen_host, "::1");
  EXPECT_EQ(resolved({{"listen", "127.1.2.3:80"}}).listen_host, "127.1.2.3");
  refused({{"listen", "127.example.com:80"}});
  EXPECT_TRUE(
      resolved({{"listen", "0.0.0.0:1"}}, {{"BOTD_ADMIN_KEY", "0123456789abcdef"}}).admin_key);
}

TEST(Config, AShortAdminKeyIsRefusedWithoutShowingIt) {
  const auto error = refused({}, {{"BOTD_ADMIN_KEY", "hunter2"}});

  EXPECT_EQ(error.message.find("hunter2"), std::string::npos);
  EXPECT_TRUE(error.message.starts_with("BOTD_ADMIN_KEY: "));
}

TEST(Config, AKeyFileThatCannotBeUsedNamesItsVariable) {
  const auto none = refused({}, {{"BOTD_ADMIN_KEY_FILE", "/nonexistent/key"}});
  EXPECT_EQ(none.code, Errc::invalid_argument);
  EXPECT_EQ(none.message,
            "BOTD_ADMIN_KEY_FILE: cannot read /nonexistent/key: No such file or directory");

  const auto open = refused({}, {{"BOTD_ADMIN_KEY_FILE", "/etc/passwd"}});
  EXPECT_EQ(open.code, Errc::invalid_argument);
  EXPECT_EQ(open.message, "BOTD_ADMIN_KEY_FILE: /etc/passwd holds a secret and others may read it");
  EXPECT_EQ(open.hint, "run: chmod 600 /etc/passwd");
}

TEST(Config, HeartbeatsMustFitIntoTheLimitOfSilence) {
  EXPECT_TRUE(refused({{"active-limit", "10s"}}).message.find("--bot-heartbeat-interval") !=
              std::string::npos);
}

TEST(Config, PrintedConfigTellsOriginsAndNoSecret) {
  const auto config = resolve_config(
      {{"workers", "4"}},
      environment_of({{"BOTD_ADMIN_KEY", "0123456789abcdef"}, {"BOTD_THREADS", "2"}}));
  ASSERT_TRUE(config);
  std::ostringstream out;

  print_config(out, *config);

  EXPECT_NE(out.str().find("workers = 4  # flag\n"), std::string::npos);
  EXPECT_NE(out.str().find("threads = 2  # environment\n"), std::string::npos);
  EXPECT_NE(out.str().find("runtime = process  # default\n"), std::string::npos);
  EXPECT_EQ(out.str().find("0123456789abcdef"), std::string::npos);
}

TEST(Config, TlsNeedsBothFiles) {
  EXPECT_EQ(refused({{"tls-cert", "/c.pem"}}).message, "--tls-cert needs --tls-key");
  EXPECT_EQ(refused({{"tls-key", "/k.pem"}}).message, "--tls-key needs --tls-cert");
  const auto config = resolved({{"tls-cert", "/c.pem"}, {"tls-key", "/k.pem"}});
  EXPECT_EQ(config.tls_cert, "/c.pem");
  EXPECT_EQ(config.tls_key, "/k.pem");
}

TEST(Config, CorsOriginsAreNormalAndAStarStandsAlone) {
  const auto config = resolved(
      {{"cors-origin", "https://App.example:443"}, {"cors-origin", "http://localhost:3000"}});
  EXPECT_EQ(config.cors_origins,
            (std::vector<std::string>{"https://app.example", "http://localhost:3000"}));
  EXPECT_TRUE(resolved({}).cors_origins.empty());
  EXPECT_EQ(refused({{"cors-origin", "app.example"}}).message,
            "--cors-origin: 'app.example' is not an origin");
  EXPECT_EQ(refused({{"cors-origin", "*"}, {"cors-origin", "http://a"}}).message,
            "--cors-origin * stands for every origin");
}

TEST(Config, AGeneratedKeyIsForTheAddressWhereItIsTaken) {
  EXPECT_EQ(refused({{"listen", "0.0.0.0:80"}}).code, Errc::invalid_argument);
  resolved({{"listen", "0.0.0.0:80"}, {"admin-listen", "127.0.0.1:8057"}});
  const auto open = refused({{"admin-listen", "0.0.0.0:8057"}});
  EXPECT_NE(open.message.find("--admin-listen 0.0.0.0"), std::string::npos) << open.message;
}

TEST(Config, TheAdminsAddressIsAnotherThanTheFirst) {
  for (const auto& [listen, admin] : {std::pair{"127.0.0.1:8056", "127.0.0.1:8056"},
                                      std::pair{"0.0.0.0:8056", "127.0.0.1:8056"},
                                      std::pair{"[::1]:8056", "[::]:8056"}}) {
    const auto twice =
        refused({{"listen", listen}, {"admin-listen", admin}, {"allow-generated-key", "true"}});
    EXPECT_EQ(
        twice.message,
        "--admin-listen " + std::string(admin) + " and --listen " + listen + " are one address");
  }
  resolved({{"listen", "127.0.0.1:0"}, {"admin-listen", "127.0.0.1:0"}});
  resolved({{"listen", "127.0.0.1:8056"}, {"admin-listen", "127.0.0.2:8056"}});
  resolved({{"listen", "0.0.0.0:8056"}, {"admin-listen", "[::1]:8056"}});
}

TEST(Config, TheUserIsANameAndPerhapsAGroup) {
  EXPECT_EQ(resolved({{"user", "botd:ssl-cert"}}).user, "botd:ssl-cert");
  for (const auto* wrong : {":group", "name:"}) {
    EXPECT_EQ(refused({{"user", wrong}}).code, Errc::invalid_argument) << wrong;
  }
}

}  // namespace
}  // namespace bot::app
