#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/http/reply.hpp"

namespace bot::http {

// The one place where an error becomes an HTTP answer: `{"detail": …}` with `detail_json` verbatim
// when it is set, else the message. Errors that are faults of ours say "Internal Server Error"
// only. Retry-After (whole seconds, at least 1) stands on every 429 and 503, and elsewhere when
// the error carries one. `http_status` is what another server answered and is not passed on.
Reply error_reply(const Error& error);

int status_of(Errc code);

// 405 with Allow, in the order given.
Reply method_not_allowed(const std::vector<std::string>& allowed);

}  // namespace bot::http
