// Looking at raw answers: for checks of what a typed client would refuse or overlook.
#pragma once

#include <string>
#include <string_view>

#include "client/dialect.hpp"
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

// Refused for want of a seat: with the status of that generation, and the sentence of any.
bool is_limit_refusal(const client::HttpResponse& answer, const client::Dialect& dialect);

// The string member of that name; empty when there is none.
std::string text_in(const types::Json& object, std::string_view name);

// What a seat-limit refusal looks like, for expectations.
std::string limit_refusal_text(const client::Dialect& dialect);

// Is that a refusal for want of a right key, with a status of that generation?
bool is_key_refusal(int status, const client::Dialect& dialect);

}  // namespace bot::suites
