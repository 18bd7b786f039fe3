// GET /ready and botctl status while Redis goes and comes: a redis-server of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/e2e/own_redis.hpp"
#include "tests/e2e/server_botd.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class ReadinessTest : public testing::Test {
 protected:
  json ready() const {
    http::RawClient connection(server_.port());
    return json::parse(connection.exchange("GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n")->body);
  }
  bool becomes(const std::string& status) const {
    return eventually([&] { return ready().at("status") == status; });
  }
  Outcome status() const {
    return run(botctl_program(), {"status", "--server", server_.url(), "-o", "json"});
  }

  TempDir folder_;
  OwnRedis redis_{folder_.path()};
  const Botd server_{folder_ / "data", {.flags = {"--redis-url", redis_.url()}}};
};

TEST_F(ReadinessTest, IsDegradedWhileRedisIsAwayAndWellAgainAfterwards) {
  ASSERT_TRUE(becomes("ready")) << ready();
  auto shown = status();
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ(json::parse(shown.out)["redis"]["connected"], true);

  redis_.stop();

  ASSERT_TRUE(becomes("degraded")) << ready();
  EXPECT_EQ(ready()["parts"]["redis"], "Redis cannot be reached");
  EXPECT_EQ(ready()["parts"]["store"], "ok");
  shown = status();
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ(json::parse(shown.out)["readiness"]["status"], "degraded");
  EXPECT_EQ(json::parse(shown.out)["redis"]["connected"], false);

  redis_.start();

  EXPECT_TRUE(becomes("ready")) << ready();
}

}  // namespace
}  // namespace bot::e2e
