#pragma once

#include <optional>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "client/http/transport.hpp"

namespace bot::client {

// Whether the request may be sent once more after that answer without doing anything twice:
// GET and HEAD after a broken connection, 429, 502, 503 and 504; everything else only when the
// connection could not even be opened.
bool may_repeat(const HttpRequest& request, const Result<HttpResponse>& answer);

// Seconds of a Retry-After header; nullopt when there is none or it is a date.
std::optional<int> retry_after(const HttpResponse& answer);

// Does it make something new, so that it needs an Idempotency-Key? POST /bots, /admin/users and
// /admin/users/{id}/tokens.
bool is_create(const HttpRequest& request);

}  // namespace bot::client
