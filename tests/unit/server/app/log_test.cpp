#include "server/app/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/time_format.hpp"
#include "client/types/json.hpp"

namespace bot::app {
namespace {

// What `write` put on standard error.
template <typename Write>
std::string logged(LogFormat format, const std::string& level, Write write) {
  testing::internal::CaptureStderr();
  {
    Log log(format, level);
    write(log);
    log.flush();
  }
  return testing::internal::GetCapturedStderr();
}

const std::string hostile = "a\nlevel=error\r\x1b[31m\xff\"}{\\\t\xe2\x80\xae";

TEST(Log, WritesOneJsonObjectALine) {
  const auto text = logged(LogFormat::json, "info", [](Log& log) {
    log.write(Log::Level::info, "serving", {{"url", "http://h"}, {"bots", "2"}});
    log.write(Log::Level::warning, "second");
  });

  const auto lines = split(std::string_view(text).substr(0, text.size() - 1), '\n');
  ASSERT_EQ(lines.size(), 2U);
  const auto first = types::Json::parse(lines[0]);
  EXPECT_EQ(first["level"], "info");
  EXPECT_EQ(first["message"], "serving");
  EXPECT_EQ(first["url"], "http://h");
  EXPECT_EQ(first["bots"], "2");
  EXPECT_TRUE(parse_time(first["ts"].get<std::string>()));
  EXPECT_EQ(types::Json::parse(lines[1])["level"], "warning");
}

TEST(Log, WritesTextForPeople) {
  const auto text = logged(LogFormat::text, "info", [](Log& log) {
    log.write(Log::Level::error, "fault", {{"what", "the disk burns"}});
  });
  EXPECT_NE(text.find("error"), std::string::npos);
  EXPECT_NE(text.find("fault what=the disk burns\n"), std::string::npos);
}

TEST(Log, StampsEachLine) {
  testing::internal::CaptureStderr();
  for (const auto format : {LogFormat::json, LogFormat::text}) {
    Log log(format, "info", {"worker_id", "worker-1"});
    log.write(Log::Level::info, "working", {{"queues", "jobs"}});
  }
  const auto text = testing::internal::GetCapturedStderr();

  EXPECT_NE(text.find(R"("message":"working","worker_id":"worker-1","queues":"jobs"})"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("working worker_id=worker-1 queues=jobs\n"), std::string::npos) << text;
}

TEST(Log, LetsNoValueMakeALineOfItsOwn) {
  for (const auto format : {LogFormat::json, LogFormat::text}) {
    const auto text = logged(format, "info", [](Log& log) {
      log.write(Log::Level::info, "request", {{"target", hostile}});
    });
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
    EXPECT_EQ(text.find('\r'), std::string::npos);
    EXPECT_EQ(text.find("\x1b[31m"), std::string::npos);
    EXPECT_EQ(text.find('\xff'), std::string::npos);
  }
}

TEST(Log, KeepsEachValueInsideItsJsonString) {
  const auto text = logged(LogFormat::json, "info", [](Log& log) {
    log.write(Log::Level::info, "request", {{"target", "\",\"level\":\"error"}});
  });
  const auto line = types::Json::parse(text);
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["target"], "\",\"level\":\"error");
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  const auto text = logged(LogFormat::json, "warning", [](Log& log) {
    log.write(Log::Level::debug, "one");
    log.write(Log::Level::info, "two");
    log.write(Log::Level::warning, "three");
  });
  EXPECT_EQ(text.find("one"), std::string::npos);
  EXPECT_EQ(text.find("two"), std::string::npos);
  EXPECT_NE(text.find("three"), std::string::npos);
}

TEST(Log, WritesEachRequestWithWhoAsked) {
  http::AccessRecord record;
  record.method = "GET";
  record.target = "/ws?api_key=***";
  record.status = 200;
  record.duration = std::chrono::microseconds(1500);
  record.request_id = "id-1";
  record.peer_address = "10.0.0.1";
  const auto who = [&](http::Principal principal, int status) {
    record.principal = principal;
    record.status = status;
    const auto text = logged(LogFormat::json, "info", [&](Log& log) { log.access(record); });
    return types::Json::parse(text);
  };

  const auto user = who({.user_id = 7, .token_id = 3}, 200);
  EXPECT_EQ(user["level"], "info");
  EXPECT_EQ(user["method"], "GET");
  EXPECT_EQ(user["target"], "/ws?api_key=***");
  EXPECT_EQ(user["status"], "200");
  EXPECT_EQ(user["duration_us"], "1500");
  EXPECT_EQ(user["user"], "7");
  EXPECT_EQ(user["peer"], "10.0.0.1");
  EXPECT_EQ(user["request_id"], "id-1");
  EXPECT_EQ(who({.admin = true}, 404)["user"], "admin");
  EXPECT_EQ(who({}, 404)["level"], "info");
  EXPECT_EQ(who({}, 503)["level"], "error");
  EXPECT_EQ(who({}, 503)["user"], "-");
}

}  // namespace
}  // namespace bot::app
