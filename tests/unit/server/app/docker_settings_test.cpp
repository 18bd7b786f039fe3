#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "server/app/config.hpp"

namespace bot::app {
namespace {

using Variables = std::map<std::string, std::string>;
using Flags = std::vector<GivenFlag>;

Result<ResolvedConfig> resolve(Flags flags, Variables values = {}) {
  values.emplace("HOME", "/home/ann");
  flags.push_back({"runtime", "docker"});
  return resolve_config(flags, [values](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  });
}

DockerConfig resolved(Flags flags, Variables values = {}) {
  flags.push_back({"docker-network", "host"});
  const auto config = resolve(std::move(flags), std::move(values));
  EXPECT_TRUE(config) << (config ? "" : config.error().message);
  return config ? config->config.docker : DockerConfig{};
}

std::string refusal(Flags flags, Variables values = {}) {
  const auto config = resolve(std::move(flags), std::move(values));
  EXPECT_FALSE(config);
  if (config) return "";
  EXPECT_EQ(config.error().code, Errc::invalid_argument);
  EXPECT_FALSE(config.error().hint.empty()) << config.error().message;
  return config.error().message;
}

TEST(DockerSettings, TheSocketIsThatOfTheFlagThenOursThenDockersThenTheUsualOne) {
  EXPECT_EQ(resolved({}).socket, "/var/run/docker.sock");
  Variables values = {{"DOCKER_HOST", "unix:///run/user/1000/docker.sock"}};
  EXPECT_EQ(resolved({}, values).socket, "/run/user/1000/docker.sock");
  values["BOTD_DOCKER_SOCKET"] = "/run/podman/podman.sock";
  EXPECT_EQ(resolved({}, values).socket, "/run/podman/podman.sock");
  EXPECT_EQ(resolved({{"docker-socket", "/a"}}, values).socket, "/a");
}

TEST(DockerSettings, AnEngineOfAnotherMachineIsRefused) {
  EXPECT_EQ(refusal({{"docker-network", "host"}}, {{"DOCKER_HOST", "tcp://engine:2375"}}),
            "DOCKER_HOST: tcp://engine:2375 is not unix:///PATH");
  const auto unused = resolve_config({}, [](const std::string& name) -> std::optional<std::string> {
    return name == "DOCKER_HOST" ? std::optional<std::string>("tcp://engine:2375") : std::nullopt;
  });
  EXPECT_TRUE(unused) << "it is nothing to other runtimes";
}

TEST(DockerSettings, LimitsAreReadAsDockerRunReadsThem) {
  const auto limits = resolved({{"bot-memory", "2g"}, {"bot-cpus", "1.5"}, {"bot-pids", "500"}});
  EXPECT_EQ(limits.memory_bytes, std::int64_t{2} << 30);
  EXPECT_EQ(limits.nano_cpus, 1'500'000'000);
  EXPECT_EQ(limits.pids, 500);
  EXPECT_EQ(resolved({{"bot-memory", "512M"}}).memory_bytes, std::int64_t{512} << 20);
  EXPECT_EQ(resolved({}).pids, 2048);
  for (const auto* size : {"", "x", "-1", "1m", "2t", "99999999999g", "1.5g"})
    EXPECT_NE(refusal({{"docker-network", "host"}, {"bot-memory", size}}).find("--bot-memory"),
              std::string::npos)
        << size;
  for (const auto* cpus : {"x", "-1", "nan", "1,5", "2x"})
    EXPECT_NE(refusal({{"docker-network", "host"}, {"bot-cpus", cpus}}).find("--bot-cpus"),
              std::string::npos)
        << cpus;
}

TEST(DockerSettings, ALoopbackThatContainersDoNotShareIsRefused) {
  EXPECT_EQ(refusal({}),
            "--runtime docker: botd listens on 127.0.0.1, and a container of the network bridge "
            "has a loopback of its own");
  EXPECT_EQ(refusal({{"callback-url", "http://localhost:8056"}}),
            "--callback-url http://localhost:8056 is loopback, and a container of the network "
            "bridge has a loopback of its own");
  EXPECT_NE(
      refusal({{"listen", "0.0.0.0:1"}, {"allow-generated-key", "true"}}).find("have to be told"),
      std::string::npos);
  EXPECT_TRUE(resolve({{"callback-url", "http://172.17.0.1:8056"}}));
  EXPECT_TRUE(resolve({{"docker-network", "container:botd"}}));
  EXPECT_NE(refusal({{"docker-network", "none"}}).find("none"), std::string::npos);
}

TEST(DockerSettings, BotsAreToldOfARedisThatTheyReachWithoutTheServersPassword) {
  const Flags bridge = {{"callback-url", "http://172.17.0.1:8056"}};
  const auto with = [&bridge](const std::string& name, const std::string& value) {
    auto flags = bridge;
    flags.push_back({name, value});
    return flags;
  };
  const auto told = resolve(with("redis-url", "redis://redis:6379/0"));
  ASSERT_TRUE(told);
  EXPECT_EQ(redis_url_for_bots(told->config), "redis://redis:6379/0");
  EXPECT_NE(refusal(with("redis-url", "redis://127.0.0.1:6379/0")).find("127.0.0.1:6379"),
            std::string::npos);
  const Variables secret = {{"BOTD_REDIS_URL", "redis://:hunter2@redis:6379/0"}};
  EXPECT_EQ(refusal(bridge, secret).find("hunter2"), std::string::npos);
  Variables both = secret;
  both["BOTD_BOT_REDIS_URL"] = "redis://bots:weak@redis:6379/0";
  const auto own = resolve(bridge, both);
  ASSERT_TRUE(own);
  EXPECT_EQ(redis_url_for_bots(own->config), "redis://bots:weak@redis:6379/0");
  std::ostringstream shown;
  print_config(shown, *own);
  EXPECT_EQ(shown.str().find("weak"), std::string::npos);
  EXPECT_EQ(shown.str().find("hunter2"), std::string::npos);
}

TEST(DockerSettings, OtherWordsAreRefused) {
  const Flags host = {{"docker-network", "host"}};
  for (const auto& [name, value] : {std::pair("docker-pull", "sometimes"),
                                    std::pair("bot-heartbeats", "maybe"),
                                    std::pair("bot-pids", "many"),
                                    std::pair("bot-image", "a b"),
                                    std::pair("docker-network", "a?b"),
                                    std::pair("whisper-live-url", "http://x"),
                                    std::pair("whisper-live-url", "ws://a:secret@x")}) {
    const auto refused = resolve({{name, value}});
    ASSERT_FALSE(refused) << value;
    EXPECT_NE(refused.error().message.find(name), std::string::npos) << refused.error().message;
    EXPECT_EQ(refused.error().message.find("secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace bot::app
