#pragma once

#include <cstddef>
#include <string_view>

namespace bot {

// Whether the brackets and braces of a JSON text nest deeper than so many levels; right for every
// text that parses. Parsers take any depth, but what copies or prints a value calls itself once a
// level, so a text from outside has to be asked before.
bool nests_deeper(std::string_view json, std::size_t levels);

// Whether an object of a JSON text has more than so many members; right for every text that parses.
// Objects that keep the order of their members search them one by one.
bool has_larger_object(std::string_view json, std::size_t members);

}  // namespace bot
