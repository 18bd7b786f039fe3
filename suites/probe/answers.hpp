#pragma once

#include <string>

#include "suites/probe/database_view.hpp"
#include "suites/probe/redis_view.hpp"

namespace bot::probe {

// One line of JSON for one line of JSON: {"ask":"published","session":UID} -> {"messages":[…]},
// {"ask":"new_keys"} -> {"keys":[…]}, {"ask":"rows","user":ID} -> {"meetings":N,"broken":[…]}.
// Whatever goes wrong is {"error":"…"}. Null: not looked at.
std::string answer(const std::string& question, RedisView* redis, const DatabaseView* database);

// {"error":…} in one line.
std::string error_line(const std::string& what);

}  // namespace bot::probe
