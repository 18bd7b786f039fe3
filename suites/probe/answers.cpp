#include "suites/probe/answers.hpp"

#include <nlohmann/json.hpp>

namespace bot::probe {
namespace {

using Json = nlohmann::json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json look(const Json& question, RedisView* redis, const DatabaseView* database) {
  const auto what = question.at("ask").get<std::string>();
  if (redis != nullptr && what == "published")
    return {{"messages", redis->published(question.at("session").get<std::string>())}};
  if (redis != nullptr && what == "new_keys") return {{"keys", redis->new_keys()}};
  if (database != nullptr && what == "rows") {
    const auto seen = database->rows_of(question.at("user").get<std::int64_t>());
    return {{"meetings", seen.meetings}, {"broken", seen.broken}};
  }
  return {{"error", "nothing is looked at for '" + what + "'"}};
}

}  // namespace

std::string error_line(const std::string& what) {
  return dump({{"error", what}});
}

std::string answer(const std::string& question, RedisView* redis, const DatabaseView* database) {
  try {
    return dump(look(Json::parse(question), redis, database));
  } catch (const std::exception& problem) {
    return error_line(problem.what());
  }
}

}  // namespace bot::probe
