#pragma once

#include <memory>

#include "base/clock.hpp"
#include "server/events/bus.hpp"
#include "server/http/web_socket.hpp"
#include "server/jobs/event_feed.hpp"
#include "server/routes/authentication.hpp"
#include "server/store/database.hpp"

namespace bot::routes {

// The protocol of /ws (contract §1.8): subscribe, unsubscribe, ping; meeting.status and
// transcript.mutable frames. And that of admin-messaging-jobs §3.5: subscribe_jobs, with the number
// of the last event that is known as `since`, unsubscribe_jobs, and job_update frames for the
// user's own jobs; a ping that is a type gets a pong with the time. The key comes in X-API-Key or
// ?api_key= and a missing or wrong one is refused before the upgrade. A user can subscribe to its
// own meetings only. What it is given must outlive it.
std::unique_ptr<http::WebSocketAcceptor> make_socket_acceptor(Authenticator& authenticator,
                                                              store::Database& database,
                                                              events::Bus& bus,
                                                              jobs::EventFeed& job_events,
                                                              const Clock& clock);

}  // namespace bot::routes
