// The dashboard in deploy/ shows what /metrics tells.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/e2e/server_botd.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {
namespace {

std::set<std::string> metrics_in(const std::string& expression) {
  std::set<std::string> found;
  for (auto begin = expression.find("botd_"); begin != std::string::npos;
       begin = expression.find("botd_", begin + 1)) {
    const auto end = expression.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", begin);
    found.insert(expression.substr(begin, end - begin));
  }
  return found;
}

TEST(Dashboard, AsksForMetricsThatThereAre) {
  const TempDir home;
  const Botd server(home / "data", {});
  const auto account = make_user(server, 1);
  http::RawClient connection(server.port());
  const auto told = connection.exchange("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_EQ(told->status, 200);
  const auto dashboard = nlohmann::json::parse(read_file("deploy/grafana/botd.json"));
  std::set<std::string> asked;
  for (const auto& panel : dashboard.at("panels")) {
    EXPECT_FALSE(panel.at("targets").empty()) << panel.at("title");
    for (const auto& target : panel.at("targets"))
      asked.merge(metrics_in(target.at("expr").get<std::string>()));
  }
  EXPECT_GE(asked.size(), 10u);
  for (const auto& metric : asked) {
    // With a label or without.
    EXPECT_TRUE(told->body.find("\n" + metric + "{") != std::string::npos ||
                told->body.find("\n" + metric + " ") != std::string::npos)
        << metric;
  }
}

}  // namespace
}  // namespace bot::e2e
