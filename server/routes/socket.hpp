#pragma once

#include <memory>

#include "base/clock.hpp"
#include "server/events/bus.hpp"
#include "server/http/web_socket.hpp"
#include "server/routes/authentication.hpp"
#include "server/store/database.hpp"

namespace bot::routes {

// The protocol of /ws (contract §1.8): subscribe, unsubscribe, ping; meeting.status and
// transcript.mutable frames. The key comes in X-API-Key or ?api_key= and a missing or wrong one is
// refused before the upgrade. A user can subscribe to its own meetings only. What it is given
// must outlive it.
std::unique_ptr<http::WebSocketAcceptor> make_socket_acceptor(Authenticator& authenticator,
                                                              store::Database& database,
                                                              events::Bus& bus);

}  // namespace bot::routes
