// JSON text from the store on its way into an answer.
#pragma once

#include <string>

#include "client/types/text.hpp"

namespace bot::routes {

// Passes an object on as it is stored, checked by the parser but without making a value of it. What
// is stored was written by us; should it ever be damaged, the answer shows an empty object.
types::RawJson stored_text(std::string text);

}  // namespace bot::routes
