// The service's endpoints, one file for each resource. Each function adds its routes to the
// router; what it needs are its arguments, which must outlive the router.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/commands/mailbox.hpp"
#include "server/domain/meeting_address.hpp"
#include "server/http/router.hpp"
#include "server/queue/listeners.hpp"
#include "server/store/database.hpp"
#include "server/webhooks/target.hpp"

namespace bot::routes {

// Contract §1.3: /admin/users, with DELETE (stops the user's bots first).
void add_user_routes(http::Router& router,
                     store::Database& database,
                     bots::Lifecycle& lifecycle,
                     const Clock& clock);

// /admin/users/{id}/tokens and /admin/tokens/{id}. Values are shown once and stored hashed.
void add_token_routes(http::Router& router, store::Database& database, const Clock& clock);

// /admin/meetings and /admin/stats.
void add_admin_meeting_routes(http::Router& router,
                              store::Database& database,
                              bots::Lifecycle& lifecycle,
                              const Clock& clock);

// /admin/audit: who changed what.
void add_audit_routes(http::Router& router, store::Database& database);

// What is done to the queue from outside. Must outlive the routes.
struct QueueParts {
  store::Database& database;
  const Clock& clock;
  const queue::Listeners& listeners;
  // Something in this lane can run now, and that is committed.
  std::function<void(std::string_view lane)> wake;
};

// /admin/queue: the lanes, their items and their history; to pause, resume and purge them.
void add_queue_admin_routes(http::Router& router, QueueParts parts);
// /admin/dead-letters: what was given up; to try it again or to delete it.
void add_dead_letter_routes(http::Router& router, QueueParts parts);
// /admin/workers: who works on the queue; to have them pause, go on and end.
void add_worker_routes(http::Router& router, store::Database& database, const Clock& clock);

// Contract §1.5: /bots.
void add_bot_routes(http::Router& router,
                    store::Database& database,
                    bots::Lifecycle& lifecycle,
                    const Clock& clock,
                    domain::IdRule id_rule);

// /bots/{platform}/{native_meeting_id}/commands: what became of each command.
void add_command_routes(http::Router& router, store::Database& database);

// Contract §1.6 and §1.7: /meetings and /transcripts.
void add_meeting_routes(http::Router& router, store::Database& database, const Clock& clock);
void add_transcript_routes(http::Router& router, store::Database& database);

// /user/webhook and its deliveries.
void add_webhook_routes(http::Router& router,
                        store::Database& database,
                        const Clock& clock,
                        webhooks::PrivateTargets private_targets);

// /bots/internal/callback/{secret}/…, for the bots of every generation.
void add_callback_routes(http::Router& router,
                         bots::Lifecycle& lifecycle,
                         commands::Mailbox& mailbox);

// A part of the service, for /ready.
struct PartState {
  enum class Without { not_ready, degraded };  // what the service is when the part does not work

  std::string name;
  std::string problem;  // empty: it works
  Without without = Without::not_ready;
};

struct ServiceFacts {
  std::string version;
  std::string commit;
  std::function<std::vector<PartState>()> parts;
  std::function<std::string()> metrics;                                      // Prometheus text
  std::function<std::size_t()> web_sockets = [] { return std::size_t{0}; };  // open now
  std::function<UnixMillis()> now = [] { return SystemClock().now_ms(); };
};

// /, /health and what is below it, /ws/stats, /ready, /version, /metrics, /auth/me and, once all
// others are added, /openapi.json.
void add_service_routes(http::Router& router, store::Database& database, ServiceFacts facts);

}  // namespace bot::routes
