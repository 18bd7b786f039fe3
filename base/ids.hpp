#pragma once

#include <cstddef>
#include <string>

namespace bot {

// All of these come from the kernel's random source and are safe for secrets. They throw
// std::runtime_error when the kernel gives none.

std::string random_hex(std::size_t digits);
// Characters of [A-Za-z0-9], evenly distributed.
std::string random_alphanumeric(std::size_t length);
// Version 4, lower case, 36 characters.
std::string random_uuid();
// Uniform in [0, bound). REQUIRES: bound > 0.
std::size_t random_below(std::size_t bound);

}  // namespace bot
