#include "server/bots/callback_forms.hpp"

#include <gtest/gtest.h>

namespace bot::bots {
namespace {

using Kind = BotReport::Kind;
using nlohmann::json;

BotReport must(std::string_view word, const json& body) {
  const auto report = decode_report(word, body);
  EXPECT_TRUE(report) << (report ? "" : report.error().message);
  return report ? *report : BotReport{};
}

TEST(CallbackForms, StartedMeansWhatItsGenerationMeans) {
  EXPECT_EQ(must("started", {{"connection_id", "c"}, {"container_id", "x"}}).kind, Kind::active);
  const auto early = must("started", {{"connection_id", "c"}, {"status", "starting"}});
  EXPECT_EQ(early.kind, Kind::phase);
  EXPECT_EQ(early.phase, "joining");
}

TEST(CallbackForms, PathsOfTheSeptemberBots) {
  EXPECT_EQ(must("joining", {{"container_id", "x"}}).phase, "joining");
  EXPECT_EQ(must("awaiting_admission", {{"container_id", "x"}}).phase, "awaiting_admission");
  EXPECT_EQ(must("joined", {{"connection_id", "c"}}).kind, Kind::active);
  EXPECT_EQ(must("leaving", json::object()).kind, Kind::leaving);
  const auto exited = must("exited",
                           {{"exit_code", 1},
                            {"reason", "teams_error"},
                            {"error_details", {{"x", 1}}},
                            {"platform_specific_error", "boom"}});
  EXPECT_EQ(exited.kind, Kind::exited);
  EXPECT_EQ(exited.exit_code, 1);
  EXPECT_EQ(exited.reason, "teams_error");
  EXPECT_EQ(exited.error_details.at("x"), 1);
  EXPECT_EQ(exited.error_details.at("platform_specific_error"), "boom");
}

TEST(CallbackForms, StatusWordsOfTheOtherGenerations) {
  for (const auto* word : {"status_change", "lifecycle", "status"}) {
    EXPECT_EQ(must(word, {{"status", "active"}}).kind, Kind::active);
    EXPECT_EQ(must(word, {{"status", "needs_help"}}).phase, "needs_human_help");
    EXPECT_EQ(must(word, {{"status", "starting"}}).phase, "joining");
    EXPECT_EQ(must(word, {{"status", "stopping"}}).kind, Kind::leaving);
    EXPECT_EQ(must(word, {{"status", "completed"}}).exit_code, 0);
    EXPECT_EQ(must(word, {{"status", "failed"}}).exit_code, 1);
    EXPECT_EQ(must(word, {{"status", "failed"}, {"exit_code", 0}}).exit_code, 1);
    EXPECT_EQ(must(word, {{"status", "failed"}, {"exit_code", 143}}).exit_code, 143);
  }
}

TEST(CallbackForms, NullIsAbsent) {
  EXPECT_EQ(must("started", {{"container_id", nullptr}}).phase, "joining");
}

TEST(CallbackForms, WhatIsWrongIsNamed) {
  const std::vector<std::pair<std::string, json>> wrong{
      {"status_change", json::object()},
      {"status_change", {{"status", "dancing"}}},
      {"status_change", {{"status", 5}}},
      {"status_change", {{"status", "reserved"}}},
      {"exited", json::object()},
      {"exited", {{"exit_code", "0"}}},
      {"exited", {{"exit_code", 1e300}}},
      {"exited", {{"exit_code", 99999999999}}},
      {"exited", {{"exit_code", 18446744073709551615U}}},
      {"exited", {{"exit_code", 0}, {"reason", std::string(300, 'x')}}},
      {"exited", {{"exit_code", 0}, {"reason", "a\nb"}}},
      {"joining", json::array()},
      {"joining", nullptr},
  };
  for (const auto& [word, body] : wrong) {
    const auto report = decode_report(word, body);
    ASSERT_FALSE(report) << word << body;
    EXPECT_EQ(report.error().code, Errc::invalid_argument) << word << body;
  }
}

TEST(CallbackForms, OtherWordsAreNotFound) {
  for (const auto* word : {"", "dance", "starting", "active", "error", "commands"}) {
    EXPECT_EQ(decode_report(word, json::object()).error().code, Errc::not_found) << word;
  }
}

TEST(CallbackForms, SegmentsAreRead) {
  const auto segments = decode_segments(
      {{"segments",
        {{{"start", 1}, {"end", 2.5}, {"text", "a"}, {"language", "en"}, {"speaker", "Ada"}},
         {{"start", 3}, {"end_time", 4}, {"text", "b"}, {"speaker", nullptr}}}}});
  ASSERT_TRUE(segments);
  ASSERT_EQ(segments->size(), 2U);
  EXPECT_EQ((*segments)[0].speaker, "Ada");
  EXPECT_DOUBLE_EQ((*segments)[1].end, 4);
}

TEST(CallbackForms, BadSegmentsAreRefused) {
  const json good{{"start", 1}, {"end", 2}, {"text", "a"}};
  const auto with = [&](const char* name, const json& value) {
    json changed = good;
    changed[name] = value;
    return json{{"segments", json::array({changed})}};
  };
  for (const auto& body : {json::object(),
                           json{{"segments", 1}},
                           json{{"segments", json::array({1})}},
                           with("start", "1"),
                           with("start", -1),
                           with("start", 1e300),
                           with("end", 0.5),
                           with("text", nullptr),
                           with("text", std::string(10'001, 'x')),
                           with("language", "a-language-of-many-letters"),
                           with("speaker", 5)}) {
    EXPECT_FALSE(decode_segments(body)) << body;
  }
  EXPECT_FALSE(decode_segments({{"segments", std::vector<json>(1001, good)}}));
}

}  // namespace
}  // namespace bot::bots
