#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "server/app/config.hpp"

namespace bot::app {
namespace {

using Variables = std::map<std::string, std::string>;

Environment environment_of(Variables values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

Result<ResolvedConfig> resolve(const std::vector<GivenFlag>& flags, Variables values = {}) {
  values.emplace("BOTD_DATABASE_URL", "postgresql://ann@db/botd");
  return resolve_worker_config(flags, environment_of(std::move(values)));
}

Config resolved(const std::vector<GivenFlag>& flags, Variables values = {}) {
  auto config = resolve(flags, std::move(values));
  EXPECT_TRUE(config) << (config ? "" : config.error().message);
  return config ? config->config : Config{};
}

TEST(WorkerSettings, ADatabaseIsNeeded) {
  const auto config = resolve_worker_config({}, environment_of({}));

  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, Errc::invalid_argument);
  EXPECT_NE(config.error().hint.find("--database-url"), std::string::npos);
}

TEST(WorkerSettings, AreTheOriginalDaemonsByDefault) {
  const auto config = resolved({});

  EXPECT_FALSE(config.max_retries) << "each job has its own, which PUT /api/settings says";
  EXPECT_EQ(config.health_check_interval, Millis{30'000});
  EXPECT_EQ(config.queues, (std::vector<std::string>{"jobs", "webhooks"}));
  EXPECT_EQ(config.shutdown_grace, Millis{25'000});
}

TEST(WorkerSettings, AWorkerWithoutAnIdGetsOneOfItsOwn) {
  const auto one = resolved({}).worker_id;

  EXPECT_TRUE(one.starts_with("worker-"));
  EXPECT_EQ(one.size(), std::string("worker-").size() + 8);
  EXPECT_NE(one, resolved({}).worker_id);
}

TEST(WorkerSettings, TheOriginalVariablesComeAfterOurs) {
  const Variables seed = {{"WORKER_ID", "worker-7"},
                          {"REDIS_URL", "redis://localhost:6379/0"},
                          {"MAX_RETRIES", "5"},
                          {"HEALTH_CHECK_INTERVAL", "10"},
                          {"LOG_LEVEL", "INFO"}};
  const auto config = resolved({}, seed);
  EXPECT_EQ(config.worker_id, "worker-7");
  EXPECT_EQ(config.redis_url, "redis://localhost:6379/0");
  EXPECT_EQ(config.max_retries, 5);
  EXPECT_EQ(config.health_check_interval, Millis{10'000});
  EXPECT_EQ(config.log_level, "info");

  auto both = seed;
  both["BOTD_WORKER_ID"] = "worker-8";
  both["BOTD_LOG_LEVEL"] = "debug";
  EXPECT_EQ(resolved({}, both).worker_id, "worker-8");
  EXPECT_EQ(resolved({}, both).log_level, "debug");
  EXPECT_EQ(resolved({{"worker-id", "worker-9"}}, both).worker_id, "worker-9");
}

TEST(WorkerSettings, ABadValueNamesWhereItCameFrom) {
  EXPECT_TRUE(resolve({}, {{"MAX_RETRIES", "many"}}).error().message.starts_with("MAX_RETRIES: "));
  EXPECT_TRUE(resolve({{"worker-id", "a b"}}).error().message.starts_with("--worker-id: "));
  EXPECT_TRUE(resolve({{"queues", "jobs,mail"}}).error().message.starts_with("--queues: 'mail'"));
  EXPECT_FALSE(resolve({{"health-check-interval", "0"}}));
  EXPECT_FALSE(resolve({{"concurrency", "0"}}));
}

TEST(WorkerSettings, AnIntervalMayBeBareSecondsOrADuration) {
  EXPECT_EQ(resolved({{"health-check-interval", "2"}}).health_check_interval, Millis{2000});
  EXPECT_FALSE(resolve({{"health-check-interval", "999ms"}}));
}

TEST(WorkerSettings, QueuesAreNamedOnceAndHaveLanes) {
  const auto config = resolved({{"queues", "webhooks, jobs,jobs"}});

  EXPECT_EQ(config.queues, (std::vector<std::string>{"webhooks", "jobs"}));
  EXPECT_EQ(lane_of_queue("jobs"), "jobs");
  EXPECT_EQ(lane_of_queue("webhooks"), "webhook.deliver");
  EXPECT_EQ(lane_of_queue("mail"), "");
}

TEST(WorkerSettings, APasswordIsRefusedOnTheCommandLineAndNeverShown) {
  EXPECT_FALSE(resolve({{"redis-url", "redis://:hunter2@r/0"}}));
  const auto config = resolve({}, {{"REDIS_URL", "redis://:hunter2@r/0"}});
  ASSERT_TRUE(config);
  std::ostringstream shown;

  print_config(shown, *config);

  EXPECT_EQ(shown.str().find("hunter2"), std::string::npos);
  EXPECT_NE(shown.str().find("redis-url = redis://:...@r/0  # environment"), std::string::npos);
}

TEST(WorkerSettings, NamesAreUniqueAndReadBackWhatTheyShow) {
  for (const auto* table : {&worker_settings(), &health_settings()}) {
    std::set<std::string> names;
    const Config defaults = resolved({});
    for (const auto& setting : *table) {
      EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
      EXPECT_FALSE(setting.help.empty()) << setting.name;
      Config config;
      const auto shown = setting.show(defaults);
      EXPECT_TRUE(setting.read(config, shown)) << setting.name << " " << shown;
      EXPECT_EQ(setting.show(config), shown) << setting.name;
    }
  }
}

}  // namespace
}  // namespace bot::app
