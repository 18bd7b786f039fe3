#pragma once

#include <cstddef>
#include <string_view>

namespace bot::bots {

// What the reference bot hears: sentence number `index` (any number) in that language, English for
// languages that have none. Each has at least three words of three letters or more, because foreign
// collectors drop shorter speech.
std::string_view phrase(std::string_view language, std::size_t index);
std::string_view speaker_name(std::size_t index);

}  // namespace bot::bots
