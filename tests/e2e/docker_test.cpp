// botd with bots in containers of a real podman, over its Docker-compatible API. The containers use
// the network of this machine, so that they reach a server on its loopback.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "base/text.hpp"
#include "client/http/curl_transport.hpp"
#include "client/ops/all.hpp"
#include "client/types/json.hpp"
#include "tests/e2e/podman.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/fakes/drivers/postgres_schema.hpp"

namespace bot::e2e {
namespace {

// A bot of the first generation as far as the server sees it: the callbacks in their original form
// and order, no heartbeats, SIGTERM makes it leave.
constexpr const char* original_bot = R"sh(
value() { echo "$BOT_CONFIG" | sed -n "s|.*\"$1\":\"\([^\"]*\)\".*|\1|p"; }
base=$(value botManagerCallbackUrl | sed 's|/exited$||')
id=$(value connectionId)
name=$(value container_name)
post() { wget -q -O /dev/null --header 'Content-Type: application/json' --post-data "$2" "$base/$1"; }
leave() {
  post exited "{\"connection_id\":\"$id\",\"exit_code\":0,\"reason\":\"self_initiated_leave\"}"
  exit 0
}
trap leave TERM
echo "level $LOG_LEVEL whisper $WHISPER_LIVE_URL"
post joining "{\"connection_id\":\"$id\",\"container_id\":\"$name\"}"
post awaiting_admission "{\"connection_id\":\"$id\",\"container_id\":\"$name\"}"
post started "{\"connection_id\":\"$id\",\"container_id\":\"$name\"}"
case $(value nativeMeetingId) in
  dies*) exit 3 ;;
  ends*) post exited "{\"connection_id\":\"$id\",\"exit_code\":0,\"reason\":\"left_alone_timeout\"}"; exit 0 ;;
esac
while :; do sleep 1 & wait $!; done
)sh";

constexpr const char* bot_image = "localhost/original-bot:1";

constexpr const char* reference_image = "localhost/reference-bot:1";

Podman& podman() {
  static Podman engine;
  static const bool made = [] {
    engine.make_image(bot_image, original_bot);
    return true;
  }();
  (void)made;
  return engine;
}

class DockerTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto missing = Podman::missing();
    if (!missing.empty()) GTEST_SKIP() << missing;
  }

  std::unique_ptr<Botd> serve(const Words& more = {},
                              const std::string& listen = "127.0.0.1:0",
                              const std::string& name = "data") {
    std::map<std::string, std::string> settings = {{"--runtime", "docker"},
                                                   {"--docker-socket", podman().socket()},
                                                   {"--bot-image", bot_image},
                                                   {"--docker-network", "host"},
                                                   {"--docker-pull", "never"},
                                                   {"--cleanup-interval", "500ms"},
                                                   {"--stop-grace", "500ms"},
                                                   {"--whisper-live-url", "ws://127.0.0.1:9090"}};
    for (std::size_t i = 0; i + 1 < more.size(); i += 2)
      settings[more[i]] = more[i + 1];
    Words flags;
    for (const auto& [flag, value] : settings)
      flags.insert(flags.end(), {flag, value});
    return std::make_unique<Botd>(folder_ / name, BotdOptions{.flags = flags, .listen = listen});
  }
  // Lines of `podman ps` with what the format says, of all containers.
  static std::vector<std::string> containers(const std::string& format) {
    std::vector<std::string> lines;
    const auto listed = podman().run({"ps", "--all", "--format", format});
    for (const auto line : split(listed, '\n')) {
      if (!trim(line).empty()) lines.emplace_back(trim(line));
    }
    return lines;
  }
  static bool none_is_left() {
    return eventually([] { return containers("{{.Names}}").empty(); }, Millis{30'000});
  }
  static types::Json ready(const Botd& server) {
    const auto answer =
        client::make_curl_transport(server.url())->send({.target = "/ready"}, Millis{5'000});
    return answer ? types::Json::parse(answer->body) : types::Json();
  }

  TempDir folder_;
};

TEST_F(DockerTest, AnOriginalBotLivesFromItsStartToAStop) {
  const auto server = serve();
  const auto account = make_user(*server, 3);
  const auto user = server->user(account.key);
  const auto started = start_bot(user, "a");
  ASSERT_TRUE(reaches(user, "a", "active", Millis{30'000})) << server->log();
  const auto name = meeting(user, "a").bot_container_id.value_or("");
  EXPECT_EQ(containers("{{.Names}}"), Words{name});
  const auto labels =
      podman().run({"inspect", name, "--format", "{{index .Config.Labels \"vexa.user_id\"}}"});
  EXPECT_EQ(trim(labels), std::to_string(account.id));
  const auto config = podman().run({"inspect", name, "--format", "{{json .Config.Env}}"});
  EXPECT_EQ(config.find(account.key), std::string::npos) << "the user's key in a container";
  EXPECT_EQ(config.find(admin_key()), std::string::npos);
  EXPECT_NE(podman().logs(name).find("level INFO whisper ws://127.0.0.1:9090"), std::string::npos);

  ASSERT_TRUE(user.run(client::StopBot{"google_meet", "a"}));
  ASSERT_TRUE(reaches(user, "a", "completed", Millis{30'000}));
  EXPECT_TRUE(none_is_left());
}

TEST_F(DockerTest, APasscodeIsInTheAddressThatTheBotIsToldAndNowhereElse) {
  const auto server = serve({"--log-level", "debug"});
  const auto user = server->user(make_user(*server, 3).key);
  ASSERT_TRUE(user.run(client::StartBot{
      .platform = "teams", .native_meeting_id = "1234567890", .passcode = "abcdEFGH"}));
  ASSERT_TRUE(reaches(user, "1234567890", "active", Millis{30'000})) << server->log();
  const auto shown = meeting(user, "1234567890");
  const auto config = podman().run(
      {"inspect", shown.bot_container_id.value_or(""), "--format", "{{json .Config.Env}}"});
  EXPECT_NE(config.find("https://teams.live.com/meet/1234567890?p=abcdEFGH"), std::string::npos);
  EXPECT_EQ(shown.constructed_meeting_url, "https://teams.live.com/meet/1234567890");
  EXPECT_EQ(server->log().find("abcdEFGH"), std::string::npos);
  EXPECT_TRUE(user.run(client::StopBot{"teams", "1234567890"}));
  EXPECT_TRUE(none_is_left());
}

TEST_F(DockerTest, ABotThatLeavesByItselfIsCompletedAndOneThatDiesHasFailedWithItsCode) {
  const auto server = serve();
  const auto user = server->user(make_user(*server, 3).key);
  start_bot(user, "ends-1");
  start_bot(user, "dies-1");
  ASSERT_TRUE(reaches(user, "ends-1", "completed", Millis{30'000})) << server->log();
  EXPECT_EQ(data_text(meeting(user, "ends-1"), "completion_reason"), "left_alone");
  ASSERT_TRUE(reaches(user, "dies-1", "failed", Millis{30'000}));
  EXPECT_EQ(data_text(meeting(user, "dies-1"), "failure_reason"), "bot_exited");
  EXPECT_EQ(meeting(user, "dies-1").data.at("error_details").at("exit_code"), 3);
  EXPECT_TRUE(none_is_left());
}

TEST_F(DockerTest, BotsOutliveTheirServerAndTheNextOneHearsOfTheirEnds) {
  auto server = serve();
  const auto key = make_user(*server, 3).key;
  start_bot(server->user(key), "stays");
  start_bot(server->user(key), "goes");
  ASSERT_TRUE(reaches(server->user(key), "stays", "active", Millis{30'000}));
  ASSERT_TRUE(reaches(server->user(key), "goes", "active", Millis{30'000}));
  const auto gone = meeting(server->user(key), "goes").bot_container_id.value_or("");
  const auto address = server->address();
  server->crash();
  podman().run({"rm", "--force", "--time", "0", gone});

  const auto next = serve({}, address);
  EXPECT_TRUE(reaches(next->user(key), "goes", "failed", Millis{20'000}));
  EXPECT_EQ(meeting(next->user(key), "stays").status, "active");
  ASSERT_TRUE(next->user(key).run(client::StopBot{"google_meet", "stays"}));
  EXPECT_TRUE(reaches(next->user(key), "stays", "completed", Millis{20'000}));
  EXPECT_TRUE(none_is_left());
}

TEST_F(DockerTest, AnEngineThatIsAwayIsSaidAndWaitedForAndItsBotsGoOn) {
  const auto server = serve({"--active-limit", "4s", "--bot-heartbeat-interval", "1s"});
  const auto user = server->user(make_user(*server, 3).key);
  start_bot(user, "before");
  ASSERT_TRUE(reaches(user, "before", "active", Millis{30'000}));
  podman().stop();
  EXPECT_TRUE(eventually([&] {
    return server->log().find("the Docker Engine is away") != std::string::npos;
  })) << server->log();
  EXPECT_EQ(ready(*server).at("status"), "ready") << "it may just be restarting";
  start_bot(user, "meanwhile");
  const auto is_judged = [&] { return meeting(user, "before").status != "active"; };
  EXPECT_FALSE(eventually(is_judged, Millis{8'000})) << "nobody can say that it is dead";
  podman().start();

  EXPECT_TRUE(reaches(user, "meanwhile", "active", Millis{30'000})) << server->log();
  EXPECT_TRUE(eventually([&] { return ready(*server).at("status") == "ready"; }));
  EXPECT_FALSE(eventually(is_judged, Millis{6'000}));
  for (const auto* id : {"before", "meanwhile"})
    EXPECT_TRUE(user.run(client::StopBot{"google_meet", id}));
  EXPECT_TRUE(none_is_left());
}

TEST_F(DockerTest, AnEngineThatWasAwayAtTheFirstStartIsRememberedOnceItIsThere) {
  podman().stop();
  const auto server = serve();
  EXPECT_EQ(ready(*server).at("parts").at("runtime"), "bots cannot be started");
  podman().start();
  EXPECT_TRUE(eventually([&] { return ready(*server).at("status") == "ready"; })) << server->log();
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(folder_ / "data/docker.engine"); }));
}

TEST_F(DockerTest, AContainerOfOursWithoutALiveRowIsClearedAwayAndOthersAreNot) {
  const auto server = serve();
  const auto user = server->user(make_user(*server, 3).key);
  start_bot(user, "a");
  ASSERT_TRUE(reaches(user, "a", "active", Millis{30'000}));
  const auto name = meeting(user, "a").bot_container_id.value_or("");
  const std::string ours(trim(podman().run(
      {"inspect", name, "--format", "{{index .Config.Labels \"botd.installation\"}}"})));
  const auto run_labelled = [](const std::string& wanted, const std::string& label) {
    podman().run({"run",
                  "--detach",
                  "--network",
                  "none",
                  "--name",
                  wanted,
                  "--label",
                  "botd.installation=" + label,
                  "--label",
                  "botd.session_uid=nobody",
                  "--entrypoint",
                  R"(["/bin/sleep","1000"])",
                  bot_image});
  };
  run_labelled("foreign", "somebody-else");
  run_labelled("stray", ours);

  ASSERT_EQ(containers("{{.Names}} {{.State}}").size(), 3U);
  EXPECT_TRUE(eventually([&] { return containers("{{.Names}}").size() == 2; }, Millis{40'000}));
  auto left = containers("{{.Names}}");
  std::sort(left.begin(), left.end());
  EXPECT_EQ(left, (Words{"foreign", name}));
  podman().run({"rm", "--force", "--time", "0", "foreign"});
  EXPECT_TRUE(user.run(client::StopBot{"google_meet", "a"}));
  EXPECT_TRUE(none_is_left());
}

TEST_F(DockerTest, TheReferenceBotHearsCommandsAndSpeaksFromItsContainer) {
  // It waits for a byte before it begins: who spawns it as a child process holds it back so.
  podman().make_image_with(reference_image, botd_program(), "exec /bin/botd bot <<GO\ngo\nGO\n");
  const auto server = serve({"--bot-image",
                             reference_image,
                             "--bot-join-delay",
                             "20ms",
                             "--bot-segment-interval",
                             "50ms",
                             "--stop-grace",
                             "30s"});
  const auto user = server->user(make_user(*server, 3).key);
  start_bot(user, "a");
  ASSERT_TRUE(reaches(user, "a", "active", Millis{30'000})) << server->log();
  EXPECT_TRUE(eventually([&] {
    const auto told = user.run(client::GetTranscript{"google_meet", "a"});
    return told && !told->segments.empty();
  }));
  ASSERT_TRUE(user.run(client::StopBot{"google_meet", "a"}));
  EXPECT_TRUE(reaches(user, "a", "completed")) << "it left before the grace was over";
  EXPECT_TRUE(none_is_left());
}

TEST_F(DockerTest, ServersOfOneEngineTakeEachOthersBotsOverAndStopThem) {
  const sql::PostgresSchema schema;
  const Words shared = {"--database-url", schema.url()};
  auto one = serve(shared, "127.0.0.1:0", "one");
  const auto key = make_user(*one, 3).key;
  start_bot(one->user(key), "a");
  ASSERT_TRUE(reaches(one->user(key), "a", "active", Millis{30'000})) << one->log();
  const auto two = serve(shared, "127.0.0.1:0", "two");
  const auto user = two->user(key);
  one->crash();
  ASSERT_TRUE(eventually([&] { return two->log().find("took bots over") != std::string::npos; },
                         Millis{20'000}));
  EXPECT_EQ(meeting(user, "a").status, "active");
  ASSERT_TRUE(user.run(client::StopBot{"google_meet", "a"}));
  // Its own callbacks go nowhere: the server that it was told of is gone.
  EXPECT_TRUE(reaches(user, "a", "completed", Millis{30'000})) << two->log();
  EXPECT_TRUE(none_is_left());
}

TEST_F(DockerTest, AnImageThatIsNotThereFailsTheLaunchWithASentence) {
  const auto server = serve({"--bot-image", "localhost/nothing:1"});
  const auto user = server->user(make_user(*server, 3).key);
  start_bot(user, "a");
  ASSERT_TRUE(reaches(user, "a", "failed"));
  EXPECT_EQ(data_text(meeting(user, "a"), "failure_reason"), "launch_failed");
  EXPECT_EQ(meeting(user, "a").data.at("error_details").at("message"),
            "the image localhost/nothing:1 is not on the Docker Engine");
}

}  // namespace
}  // namespace bot::e2e
