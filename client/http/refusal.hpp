#pragma once

#include <optional>

#include "base/result.hpp"
#include "client/http/transport.hpp"

namespace bot::client {

// An answer of 300 and above as an error, stated once for every operation; nullopt for others.
//
// Codes: 401 unauthenticated, 403 forbidden, 404 not_found, 405 method_not_allowed, 409 conflict,
// 413 payload_too_large, 415 unsupported_media, 429 rate_limited, 502, 503 and 504 unavailable,
// other 5xx server_error, every other 4xx failed, 3xx protocol (redirects are not followed, they
// could carry a key elsewhere). 403 and 429 that speak of the concurrent bots are limit_reached,
// whichever generation of the service worded them.
//
// `message` is the body's `detail` as text on one line; a list of validation errors reads
// "body.email: field required; …". Of {"success":false,"error":"…","message":"…"} it is the error,
// and the message behind it. A body that is not JSON is named and quoted, bounded.
std::optional<Error> refusal_of(const HttpResponse& answer);

}  // namespace bot::client
