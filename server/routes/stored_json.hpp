// JSON text from the store on its way into an answer.
#pragma once

#include <string>
#include <string_view>

#include "client/types/text.hpp"

namespace bot::routes {

// Whether the text surely is one JSON object, found out without making a value of it. False for
// what is written in an unusual way (spaces, \u escapes beyond control characters, deep nesting):
// such text has to be parsed.
bool is_compact_object(std::string_view text);

// Passes an object on as it is stored. What is stored was written by us; should it ever be damaged,
// the answer shows an empty object.
types::RawJson stored_text(std::string text);

}  // namespace bot::routes
