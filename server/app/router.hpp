#pragma once

#include <string>

#include "server/app/config.hpp"
#include "server/routes/job_routes.hpp"
#include "server/routes/routes.hpp"

namespace bot::app {

struct RouterParts {
  store::Database& database;
  bots::Lifecycle& lifecycle;
  commands::Mailbox& mailbox;
  const Clock& clock;
  routes::JobParts jobs;
  routes::QueueParts work;
};

// Every route of this server. The parts must outlive it.
http::Router make_router(const RouterParts& parts,
                         const Config& config,
                         routes::ServiceFacts facts);

// What GET /openapi.json answers, without a running server.
std::string openapi_document();

}  // namespace bot::app
