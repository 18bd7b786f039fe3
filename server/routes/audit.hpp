#pragma once

#include <functional>
#include <string>

#include "base/clock.hpp"
#include "drivers/sql.hpp"
#include "server/http/principal.hpp"
#include "server/http/request.hpp"
#include "server/http/router.hpp"
#include "server/store/database.hpp"

namespace bot::routes {

// What somebody did to what: {"user.update", "user 7", "name"}. The detail holds no secret.
struct Deed {
  std::string action;
  std::string subject;
  std::string detail = {};
};

// Writes down, in the caller's transaction, that somebody did something: who (for an administrator
// with the first digits of the key's SHA-256, for a user with the token), from which address, on
// which request. The subject may be text from outside: its control characters are escaped, and it
// is cut at 120 columns.
void audit(sql::Connection& connection,
           const http::Request& request,
           const http::Principal& who,
           const Deed& deed,
           UnixMillis now);

// What a request would change, from its path: "user 7"; "" before it has a name.
using Subject = std::function<std::string(const http::Request&)>;

// The handler of a change that has to be accounted for. What is done, the handler itself writes
// down in its own transaction; what is refused is written down here, with the answer as its
// outcome. When that cannot be written the client is answered all the same, and the fault is thrown
// after: the dispatcher tells of it. The arguments must outlive the handler.
http::AsyncHandler accounted(store::Database& database,
                             const Clock& clock,
                             std::string action,
                             Subject subject,
                             http::Handler handler);

// The same where users change what is theirs: what they do is written down by the handler, but of
// what is refused only an administrator's requests, for a user could fill the log with them.
http::AsyncHandler accounted_for_admins(store::Database& database,
                                        const Clock& clock,
                                        std::string action,
                                        Subject subject,
                                        const http::Handler& handler);

}  // namespace bot::routes
