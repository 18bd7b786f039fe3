#pragma once

#include <string>
#include <vector>

#include "server/queue/queue.hpp"

namespace bot::queue {

// " WHERE …" for the filter's items; adds to the values what it refers to. Empty for all.
std::string condition_of(const ItemFilter& filter, std::vector<sql::Value>& values);

}  // namespace bot::queue
