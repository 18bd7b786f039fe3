// The endpoints of jobs and accounts (admin-messaging-jobs §3.1). A user sees and changes the jobs
// and accounts that it has asked for, an administrator all. Each function adds its routes to the
// router; what the parts refer to must outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/http/router.hpp"
#include "server/jobs/event_feed.hpp"
#include "server/jobs/job.hpp"
#include "server/queue/listeners.hpp"
#include "server/store/database.hpp"

namespace bot::routes {

struct JobParts {
  store::Database& database;
  bots::Lifecycle& lifecycle;
  const Clock& clock;
  jobs::EventFeed& feed;
  const queue::Listeners& listeners;  // of what the routes change
  // Jobs were added or revived, and that is committed.
  std::function<void()> wake = [] {};
  // The job of this item shall be cancelled, and that is committed.
  std::function<void(std::int64_t item_id)> notice_cancel = [](std::int64_t) {};
};

struct JobOptions {
  std::int64_t generate_limit = 10;   // requests for accounts a minute and key; 0: only the admin's
  std::int64_t account_limit = 1000;  // of one owner; 0: no limit
  std::string account_domain = "accounts.invalid";
  jobs::JobRules rules = {};
};

// /api/jobs, but for their events.
void add_job_routes(http::Router& router, const JobParts& parts, const JobOptions& options);

// /api/jobs/import: users from a CSV text, which may have any limit, so for administrators.
void add_job_import_routes(http::Router& router, const JobParts& parts, const JobOptions& options);

// /api/jobs/events: a long poll.
void add_job_event_routes(http::Router& router, const JobParts& parts);

// /api/accounts.
void add_account_routes(http::Router& router, const JobParts& parts, const JobOptions& options);

// /api/stats and /api/settings.
void add_job_settings_routes(http::Router& router,
                             const JobParts& parts,
                             const JobOptions& options);

}  // namespace bot::routes
