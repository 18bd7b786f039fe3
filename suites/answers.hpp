// Looking at raw answers: for checks of what a typed client would refuse or overlook.
#pragma once

#include <string>
#include <string_view>

#include "client/http/transport.hpp"
#include "client/types/json.hpp"

namespace bot::suites {

// "HTTP 429 {"detail":…}", the body bounded and in one line.
std::string describe(const client::HttpResponse& answer);

// The body as JSON; null when it is none.
types::Json json_of(const client::HttpResponse& answer);

// The error text of an answer: `detail`, or the whole body when it is not of that form.
std::string detail_of(const client::HttpResponse& answer);

bool is_success(const client::HttpResponse& answer);

// Refused for want of a seat, as any generation words it: 429 or 403, with its sentence.
bool is_limit_refusal(const client::HttpResponse& answer);

// The string member of that name; empty when there is none.
std::string text_in(const types::Json& object, std::string_view name);

// A seat-limit refusal and what it looks like, for expectations.
inline constexpr std::string_view limit_refusal_text =
    "429 or 403 with \"Maximum concurrent bots limit reached\" or \"User has reached the maximum "
    "concurrent bot limit\"";

}  // namespace bot::suites
