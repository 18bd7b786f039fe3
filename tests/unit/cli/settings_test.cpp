#include "cli/settings.hpp"

#include <gtest/gtest.h>

#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

constexpr auto config_path = ".config/botctl/config.toml";

std::string used_key(Program& program, const char* header = "X-Admin-API-Key") {
  const auto sent = program.server().sent();
  return sent.empty() ? "" : sent.back().header(header);
}

// A program without settings, whose server answers one list of users.
class SettingsTest : public testing::Test {
 protected:
  SettingsTest() {
    program.environment.erase("BOTCTL_SERVER");
    program.environment.erase("BOTCTL_API_KEY");
    program.environment.erase("BOTCTL_ADMIN_KEY");
    program.server().always("GET /admin/users", 200, "[]");
    program.server().always("GET /health", 200, R"({"status":"ok"})");
  }

  void write_contexts(const std::string& more = {}) {
    program.write(config_path,
                  more +
                      "[contexts.staging]\n"
                      "server = \"https://staging.example\"\n"
                      "admin-key-file = \"staging.key\"\n"
                      "[contexts.local]\n"
                      "server = \"http://127.0.0.1:9\"\n");
    program.write(".config/botctl/staging.key", "staging-key\n", 0600);
  }

  Program program;
};

TEST_F(SettingsTest, DefaultToThisMachine) {
  EXPECT_EQ(program.run({"health"}).code, 0);
  EXPECT_EQ(program.origin, "http://127.0.0.1:8056");
}

TEST_F(SettingsTest, TakeTheServerFromFlagThenEnvironmentThenContextThenLocalBotd) {
  program.write(".local/state/botd/endpoint", "http://127.0.0.1:7000\n");
  program.run({"health"});
  EXPECT_EQ(program.origin, "http://127.0.0.1:7000");

  write_contexts("current-context = \"staging\"\n");
  program.run({"health"});
  EXPECT_EQ(program.origin, "https://staging.example:443");

  program.environment["BOTCTL_SERVER"] = "http://127.0.0.1:6000";
  program.run({"health"});
  EXPECT_EQ(program.origin, "http://127.0.0.1:6000");

  program.run({"health", "--server", "http://127.0.0.1:5000/"});
  EXPECT_EQ(program.origin, "http://127.0.0.1:5000");
}

TEST_F(SettingsTest, TrustTheCertificateOfTheLocalBotdThereOnly) {
  program.write(".local/state/botd/endpoint", "https://127.0.0.1:7000\n");
  program.write(".local/state/botd/endpoint.pem", "the chain\n");
  program.run({"health"});
  EXPECT_TRUE(program.curl_options.ca_file.ends_with("/.local/state/botd/endpoint.pem"))
      << program.curl_options.ca_file;

  program.run({"health", "--cacert", "/etc/own-ca.pem"});
  EXPECT_EQ(program.curl_options.ca_file, "/etc/own-ca.pem");

  program.run({"health", "--server", "https://elsewhere.example"});
  EXPECT_EQ(program.curl_options.ca_file, "");
}

TEST_F(SettingsTest, PutAContextThatIsNamedByFlagBeforeTheEnvironment) {
  write_contexts();
  program.environment["BOTCTL_SERVER"] = "http://127.0.0.1:6000";
  program.environment["BOTCTL_ADMIN_KEY"] = "env-key";

  EXPECT_EQ(program.run({"users", "list", "-c", "staging"}).code, 0);

  EXPECT_EQ(program.origin, "https://staging.example:443");
  EXPECT_EQ(used_key(program), "staging-key");
}

TEST_F(SettingsTest, TakeTheContextFromTheEnvironment) {
  write_contexts();
  program.environment["BOTCTL_CONTEXT"] = "staging";

  EXPECT_EQ(program.run({"users", "list"}).code, 0);

  EXPECT_EQ(used_key(program), "staging-key");
  EXPECT_EQ(program.curl_options.cleartext_keys, client::CleartextKeys::refused);
}

TEST_F(SettingsTest, NeverSendAContextsKeyToAnotherServer) {
  write_contexts("current-context = \"staging\"\n");

  const auto ran = program.run({"users", "list", "--server", "https://evil.example"});

  EXPECT_EQ(ran.code, 4);
  EXPECT_NE(ran.err.find("belongs to https://staging.example"), std::string::npos) << ran.err;
  EXPECT_TRUE(program.server().sent().empty());
}

TEST_F(SettingsTest, SendALocalBotdsKeyToItAlone) {
  program.write(".local/state/botd/endpoint", "http://127.0.0.1:7000\n");
  program.write(".local/state/botd/admin.key", "local-key\n", 0600);

  EXPECT_EQ(program.run({"users", "list"}).code, 0);
  EXPECT_EQ(used_key(program), "local-key");
  EXPECT_EQ(program.run({"users", "list", "--server", "http://127.0.0.1:7001"}).code, 4);
}

TEST_F(SettingsTest, TakeKeysFromVariablesAndFiles) {
  program.environment["BOTCTL_ADMIN_KEY"] = "env-key";
  program.run({"users", "list"});
  EXPECT_EQ(used_key(program), "env-key");

  program.environment.erase("BOTCTL_ADMIN_KEY");
  program.write("admin.key", "file-key\n", 0600);
  program.environment["BOTCTL_ADMIN_KEY_FILE"] = program.path("admin.key");
  program.run({"users", "list"});
  EXPECT_EQ(used_key(program), "file-key");

  program.write("other.key", "flag-key\n", 0600);
  program.environment["BOTCTL_ADMIN_KEY"] = "env-key";
  program.run({"users", "list", "--admin-key-file", program.path("other.key")});
  EXPECT_EQ(used_key(program), "flag-key");
}

TEST_F(SettingsTest, TakeTheServerFromAFile) {
  program.write("server", "http://127.0.0.1:4000\n");
  program.environment["BOTCTL_SERVER_FILE"] = program.path("server");

  program.run({"health"});

  EXPECT_EQ(program.origin, "http://127.0.0.1:4000");
}

TEST_F(SettingsTest, RunAContextsKeyCommandOnlyWhenTheKeyIsNeeded) {
  program.write(config_path,
                "current-context = \"a\"\n[contexts.a]\nserver = \"https://a.example\"\n"
                "admin-key-command = [\"sh\", \"-c\", \"echo x >>" +
                    program.path("ran") + "; echo command-key\"]\n");

  program.run({"health"});
  EXPECT_FALSE(std::filesystem::exists(program.path("ran")));
  EXPECT_EQ(program.run({"users", "list"}).code, 0);
  EXPECT_EQ(used_key(program), "command-key");
}

TEST_F(SettingsTest, WarnWhenAKeyGoesUnencryptedToAnotherMachine) {
  program.environment["BOTCTL_ADMIN_KEY"] = "env-key";

  const auto ran = program.run({"users", "list", "--server", "http://bots.example"});

  EXPECT_EQ(ran.code, 0);
  EXPECT_NE(ran.err.find("unencrypted"), std::string::npos) << ran.err;
  EXPECT_EQ(program.curl_options.cleartext_keys, client::CleartextKeys::allowed);
}

TEST_F(SettingsTest, SendNoContextsKeyInClear) {
  program.write(config_path,
                "current-context = \"a\"\n[contexts.a]\nserver = \"http://bots.example\"\n"
                "admin-key-file = \"a.key\"\n");
  program.write(".config/botctl/a.key", "a-key\n", 0600);

  const auto ran = program.run({"users", "list"});

  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("BOTCTL_ADMIN_KEY"), std::string::npos) << ran.err;
  EXPECT_TRUE(program.server().sent().empty());
}

TEST_F(SettingsTest, AskForTheKeyThatIsMissing) {
  const auto admin = program.run({"users", "list"});
  EXPECT_EQ(admin.code, 4);
  EXPECT_NE(admin.err.find("BOTCTL_ADMIN_KEY"), std::string::npos) << admin.err;

  const auto user = program.run({"bots", "list"});
  EXPECT_EQ(user.code, 4);
  EXPECT_NE(user.err.find("BOTCTL_API_KEY"), std::string::npos) << user.err;
}

TEST_F(SettingsTest, SetEveryOptionByItsVariable) {
  program.environment["BOTCTL_OUTPUT"] = "json";
  EXPECT_EQ(program.run({"health"}).out, "{\"status\":\"ok\",\"service\":null}\n");
  EXPECT_EQ(program.run({"health", "-o", "id"}).out, "ok\n");
  program.environment["BOTCTL_OUTPUT"] = "";
  EXPECT_NE(program.run({"health"}).out.find('\t'), std::string::npos);
}

struct Refusal {
  std::string name;
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> files;
  std::vector<std::string> words;
  std::string message;
};

void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.name;
}

class SettingsRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(SettingsRefusal, IsUsageAndNamesItsPlace) {
  Program program;
  for (const auto& [name, value] : GetParam().environment)
    program.environment[name] = value;
  for (const auto& [name, text] : GetParam().files)
    program.write(name, text);

  const auto ran = program.run(GetParam().words);

  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(ran.out.empty());
  EXPECT_NE(ran.err.find(GetParam().message), std::string::npos) << ran.err;
  EXPECT_LE(std::count(ran.err.begin(), ran.err.end(), '\n'), 3);
  EXPECT_EQ(ran.err.find("hunter2"), std::string::npos) << ran.err;
}

INSTANTIATE_TEST_SUITE_P(
    All,
    SettingsRefusal,
    testing::Values(
        Refusal{"VariableValue", {{"BOTCTL_TIMEOUT", "abc"}}, {}, {"health"}, "BOTCTL_TIMEOUT: "},
        Refusal{
            "VariableOfALeaf", {{"BOTCTL_LIMIT", "0"}}, {}, {"users", "list"}, "BOTCTL_LIMIT: "},
        Refusal{"FlagValue", {}, {}, {"users", "list", "--limit", "-5"}, "--limit: '-5'"},
        Refusal{"PasswordInFlag", {}, {}, {"health", "--server", "http://u:hunter2@h"}, "--server"},
        Refusal{"PasswordInVariable",
                {{"BOTCTL_SERVER", "http://u:hunter2@h"}},
                {},
                {"health"},
                "BOTCTL_SERVER"},
        Refusal{"NoUrl", {}, {}, {"health", "--server", "localhost"}, "--server"},
        Refusal{"NoSuchKeyFile",
                {},
                {},
                {"users", "list", "--admin-key-file", "/nope"},
                "--admin-key-file (/nope)"},
        Refusal{"UnknownContext",
                {},
                {{".config/botctl/config.toml", "[contexts.staging]\nserver = \"http://a\"\n"}},
                {"health", "-c", "stagin"},
                "did you mean 'staging'?"},
        Refusal{"NoContexts", {}, {}, {"health", "-c", "x"}, "no context 'x'"},
        Refusal{"BrokenConfig",
                {},
                {{".config/botctl/config.toml", "[contexts\n"}},
                {"health"},
                "config.toml: line 1"},
        Refusal{"ContextWithoutServer",
                {},
                {{".config/botctl/config.toml", "[contexts.a]\n"}},
                {"health"},
                "has no server"},
        Refusal{"KeyInConfig",
                {},
                {{".config/botctl/config.toml", "[contexts.a]\nserver='http://a'\napi-key='x'\n"}},
                {"health"},
                "api-key-file"},
        Refusal{"WrongDefault",
                {},
                {{".config/botctl/config.toml", "[defaults]\ntimeout = 30\n"}},
                {"health"},
                "defaults: timeout"},
        Refusal{"ServerInProject",
                {},
                {{"work/.botctl.toml", "server = \"http://evil\"\n"}},
                {"health"},
                "may not set 'server'"},
        Refusal{"KeyCommandInProject",
                {},
                {{"work/.botctl.toml", "[smoke]\nadmin-key-command = [\"x\"]\n"}},
                {"health"},
                "may not set 'smoke.admin-key-command'"},
        Refusal{"ReportOutsideTheProject",
                {},
                {{"work/.botctl.toml", "[smoke]\nreport = [\"json:/etc/passwd\"]\n"}},
                {"health"},
                "inside the project"},
        Refusal{"AliasInProject",
                {},
                {{"work/.botctl.toml", "[alias]\nx = \"y\"\n"}},
                {"users", "list"},
                "may not set 'alias'"}),
    [](const auto& each) { return each.param.name; });

TEST(Settings, RefuseKeyFilesThatOthersCanRead) {
  for (const unsigned mode : {0640U, 0604U, 0660U}) {
    Program program;
    program.write("a.key", "k", mode);

    const auto ran = program.run({"users", "list", "--admin-key-file", program.path("a.key")});

    EXPECT_EQ(ran.code, 2);
    EXPECT_NE(ran.err.find("chmod 600 " + program.path("a.key")), std::string::npos) << ran.err;
  }
}

TEST(Settings, DoNotKeepOfflineCommandsFromRunning) {
  Program program;
  program.write(config_path, "broken [");
  program.environment["BOTCTL_SERVER"] = "nonsense";

  EXPECT_EQ(program.run({"version"}).code, 0);
  EXPECT_EQ(program.run({"--version"}).code, 0);
  EXPECT_EQ(program.run({"help", "users"}).code, 0);
  EXPECT_EQ(program.run({"users", "list", "--help"}).code, 0);
  EXPECT_TRUE(program.origin.empty());
}

TEST(Settings, WarnOfUnknownConfigurationKeys) {
  Program program;
  program.write(config_path, "curent-context = \"x\"\n[defaults]\noutptu = \"json\"\n");
  program.server().answer(200, R"({"status":"ok"})");

  const auto ran = program.run({"health"});

  EXPECT_EQ(ran.code, 0);
  EXPECT_NE(ran.err.find("did you mean 'current-context'?"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("did you mean 'output'?"), std::string::npos) << ran.err;
}

TEST(Settings, ApplyDefaultsOfTheConfiguration) {
  Program program;
  program.write(config_path, "[defaults]\noutput = \"json\"\n");
  program.server().always("GET /health", 200, R"({"status":"ok"})");

  EXPECT_EQ(program.run({"health"}).out, "{\"status\":\"ok\",\"service\":null}\n");
  EXPECT_EQ(program.run({"health", "-o", "id"}).out, "ok\n");
}

}  // namespace
}  // namespace bot::cli
