// botctl-probe: run by botctl smoke, which asks it over its standard input and output.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

#include "suites/probe/answers.hpp"

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

int main() {
  using namespace bot::probe;
  std::unique_ptr<RedisView> redis;
  std::unique_ptr<DatabaseView> database;
  try {
    if (const auto url = variable("BOTCTL_REDIS_URL"); !url.empty())
      redis = std::make_unique<RedisView>(url);
    if (const auto url = variable("BOTCTL_DATABASE_URL"); !url.empty())
      database = std::make_unique<DatabaseView>(url);
  } catch (const std::exception& problem) {
    std::cout << error_line(problem.what()) << std::endl;
    return EXIT_FAILURE;
  }
  std::cout << R"({"ready":true})" << std::endl;
  for (std::string question; std::getline(std::cin, question);)
    std::cout << answer(question, redis.get(), database.get()) << std::endl;
  return EXIT_SUCCESS;
}
