#include "server/events/redis_eviction.hpp"

#include "base/fault.hpp"
#include "base/text.hpp"
#include "drivers/redis/connection.hpp"

namespace bot::events {
namespace {

constexpr std::string_view field = "maxmemory_policy:";

// Empty when it is not told: the user may not ask, or the server is of another make.
std::string policy_of(redis::Connection& connection) {
  try {
    const auto info = connection.run({"INFO", "memory"}).text;
    const auto at = info.find(field);
    if (at == std::string::npos) return "";
    const auto begin = at + field.size();
    return std::string(trim(info.substr(begin, info.find('\n', begin) - begin)));
  } catch (const redis::Refused&) {
    return "";
  }
}

}  // namespace

Status refuse_eviction(redis::Connection& connection) {
  const auto policy = policy_of(connection);
  if (policy.empty() || policy == "noeviction") return Unit{};
  return Error{.code = Errc::invalid_argument,
               .message = "this Redis deletes keys when its memory is full (maxmemory-policy " +
                          policy + "), and jobs would be lost from sight",
               .hint = "set maxmemory-policy noeviction"};
}

Status refuse_eviction(const std::string& url) {
  try {
    redis::Connection connection({.address = redis::parse_url(url).value()});
    return refuse_eviction(connection);
  } catch (const Fault&) {
    return Unit{};
  }
}

}  // namespace bot::events
