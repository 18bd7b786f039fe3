#include "server/bots/docker_plan.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/bots/docker_handle.hpp"
#include "server/bots/docker_wire.hpp"

namespace bot::bots {
namespace {

using nlohmann::json;

BotSpec sample_spec() {
  BotSpec spec;
  spec.meeting_id = 42;
  spec.user_id = 3;
  spec.session_uid = "0c3e5d0a";
  spec.container_id = "vexa-bot-42-00c0ffee";
  spec.platform = "google_meet";
  spec.native_meeting_id = "abc-defg-hij";
  spec.bot_name = "Notetaker";
  spec.meeting_url = "https://meet.google.com/abc-defg-hij";
  spec.callback_secret = "s3cret";
  spec.callback_urls = {"http://botd:8056"};
  return spec;
}

json body_of(const ContainerSettings& settings) {
  return json::parse(encode_plan(plan_container(sample_spec(), settings)));
}

std::string variable(const json& body, const std::string& name) {
  for (const auto& entry : body.at("Env")) {
    const auto text = entry.get<std::string>();
    if (text.starts_with(name + "=")) return text.substr(name.size() + 1);
  }
  return "(not there)";
}

TEST(DockerPlan, HasTheConfigurationThatOriginalBotsRead) {
  const auto body = body_of({.installation = "ours",
                             .image = "vexa-bot:dev",
                             .redis_url = "redis://redis:6379/0",
                             .whisper_live_url = "ws://whisper:9090"});
  const auto config = json::parse(variable(body, "BOT_CONFIG"));
  for (const auto* key : {"meeting_id",
                          "platform",
                          "meetingUrl",
                          "botName",
                          "token",
                          "nativeMeetingId",
                          "connectionId",
                          "redisUrl",
                          "container_name",
                          "automaticLeave",
                          "botManagerCallbackUrl"})
    EXPECT_TRUE(config.contains(key)) << key;
  EXPECT_EQ(config.at("redisUrl"), "redis://redis:6379/0");
  EXPECT_EQ(config.at("container_name"), "vexa-bot-42-00c0ffee");
  EXPECT_EQ(variable(body, "WHISPER_LIVE_URL"), "ws://whisper:9090");
  EXPECT_EQ(variable(body, "LOG_LEVEL"), "INFO");
  EXPECT_EQ(body.at("Env").size(), 3U);
}

TEST(DockerPlan, LeavesOutWhatIsNotSet) {
  const auto body = body_of({.installation = "ours", .image = "i"});
  const auto config = json::parse(variable(body, "BOT_CONFIG"));
  for (const auto& [key, value] : config.items())
    EXPECT_FALSE(value.is_null()) << key;
  for (const auto* key : {"language", "task", "redisUrl"})
    EXPECT_FALSE(config.contains(key)) << key;
  EXPECT_EQ(variable(body, "WHISPER_LIVE_URL"), "(not there)");
  for (const auto* key : {"Memory", "NanoCpus", "PidsLimit", "Binds", "Mounts"})
    EXPECT_FALSE(body.at("HostConfig").contains(key)) << key;
}

TEST(DockerPlan, HasTheLabelsByWhichItIsFoundAgain) {
  const auto body = body_of({.installation = "ours", .image = "i"});
  EXPECT_EQ(body.at("Labels"),
            (json{{"vexa.user_id", "3"},
                  {"botd.installation", "ours"},
                  {"botd.meeting_id", "42"},
                  {"botd.session_uid", "0c3e5d0a"}}));
}

TEST(DockerPlan, IsConfined) {
  const auto body = body_of({.installation = "ours",
                             .image = "i",
                             .network = "bots",
                             .memory_bytes = 2048,
                             .nano_cpus = 1'500'000'000,
                             .pids = 100});
  const auto& host = body.at("HostConfig");
  EXPECT_EQ(host.at("NetworkMode"), "bots");
  EXPECT_EQ(host.at("Memory"), 2048);
  EXPECT_EQ(host.at("NanoCpus"), 1'500'000'000);
  EXPECT_EQ(host.at("PidsLimit"), 100);
  EXPECT_EQ(host.at("CapDrop"), json::array({"ALL"}));
  EXPECT_EQ(host.at("SecurityOpt"), json::array({"no-new-privileges"}));
  EXPECT_EQ(host.at("RestartPolicy").at("Name"), "no");
  EXPECT_EQ(host.at("AutoRemove"), false) << "its exit code would go with it";
}

TEST(DockerHandle, IsReadBackAndNothingElseIs) {
  const DockerHandle handle{"0123456789ab", std::string(64, 'f')};
  EXPECT_EQ(parse_docker_handle(to_string(handle)), handle);
  for (const auto* text : {"",
                           "docker:",
                           "docker:ab:",
                           "docker::ab",
                           "docker:ab:../x",
                           "docker:ab:cd:ef",
                           "podman:ab:cd",
                           "docker:AB:cd"})
    EXPECT_FALSE(parse_docker_handle(text)) << text;
}

TEST(DockerWire, NamesAreSplitFromTheirTags) {
  using Split = std::pair<std::string, std::string>;
  EXPECT_EQ(split_image("vexa-bot:dev"), Split("vexa-bot", "dev"));
  EXPECT_EQ(split_image("vexa-bot"), Split("vexa-bot", "latest")) << "not all of them";
  EXPECT_EQ(split_image("host:5000/a/b"), Split("host:5000/a/b", "latest"));
  EXPECT_EQ(split_image("host:5000/a:1"), Split("host:5000/a", "1"));
  EXPECT_EQ(split_image("a@sha256:ff"), Split("a@sha256:ff", ""));
}

TEST(DockerWire, EndsAreReadFromDockersAndPodmansEvents) {
  for (const auto* action : {"die", "died", "destroy", "remove"}) {
    const auto line = json{{"Action", action}, {"Actor", {{"ID", "ab"}}}}.dump();
    EXPECT_EQ(ended_container(line), "ab") << action;
  }
  for (const auto* line : {R"({"Action":"start","Actor":{"ID":"ab"}})",
                           R"({"Action":"die","Actor":{}})",
                           R"({"Action":7})",
                           "[]",
                           "",
                           "die"})
    EXPECT_FALSE(ended_container(line)) << line;
}

TEST(DockerWire, WhatIsNotAnAnswerIsRefused) {
  for (const auto* body : {"", "[]", "{}", R"({"Id":"a"})", R"({"State":{"Status":"exited"}})"})
    EXPECT_FALSE(decode_container(body)) << body;
  for (const auto* body : {"", "{}", R"([{"State":"running"}])", "[1]"})
    EXPECT_FALSE(decode_containers(body)) << body;
  EXPECT_FALSE(decode_identity("{}"));
}

TEST(DockerWire, AContainersPhaseIsThatOfItsState) {
  const auto phase = [](const std::string& state) {
    return decode_container(json{{"Id", "a"}, {"State", {{"Status", state}}}}.dump())->phase;
  };
  for (const auto* state : {"created", "initialized"})
    EXPECT_EQ(phase(state), Container::Phase::created) << state;
  for (const auto* state : {"running", "paused", "restarting"})
    EXPECT_EQ(phase(state), Container::Phase::running) << state;
  for (const auto* state : {"exited", "dead", "removing", "stopped"})
    EXPECT_EQ(phase(state), Container::Phase::ended) << state;
}

}  // namespace
}  // namespace bot::bots
