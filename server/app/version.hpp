#pragma once

#include <string_view>

namespace bot::app {

std::string_view version();
// Of the tree that was built, "unknown" outside of a checkout.
std::string_view commit();

}  // namespace bot::app
