// One input of the fuzzer as requests, in a form that can be written by hand.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/request.hpp"

namespace bot::fuzz {

// What a script cannot know, by the word that stands for it: {"{user}", "the key"}.
using Words = std::vector<std::pair<std::string, std::string>>;

// "METHOD TARGET", lines of headers, an empty line, the body; the next request comes after a line
// "----". Words are replaced in targets and headers, and of headers only what a listener would let
// through is left. Any text is a script; of more than eight requests the first eight count.
std::vector<http::Request> read_script(std::string_view text, const Words& words);

}  // namespace bot::fuzz
