#pragma once

#include <string>

#include "server/http/reply.hpp"

namespace bot::http {

// What becomes of the connection after this answer. HTTP/1.0 clients have to be told that it stays.
enum class Persistence { keep, keep_and_say_so, close };

// Status line and headers of an answer, with the empty line. Control characters in header values
// are left out, so nothing from outside can add a header.
std::string response_head(const Reply& reply, Persistence persistence);

// Whether an answer of this status has a body at all.
bool may_have_body(int status);

}  // namespace bot::http
