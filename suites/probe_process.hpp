#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "suites/behind.hpp"

namespace bot::suites {

struct ProbeOptions {
  std::string program = {};  // empty: botctl-probe beside this program, or in ../libexec/botctl
  std::string redis_url = {};
  std::string database_url = {};  // postgresql://… or sqlite:FILE
  std::stop_token cancel = {};
};

// Whether there is one to start without being told where.
bool probe_is_there();

// Starts botctl-probe, which looks behind the API so that nothing of ours links a database or
// Redis. The URLs travel in its environment, nothing of botctl's keys does. It ends with the
// returned object, or with this process. Errors: invalid_argument (there is no such program),
// unreachable (Redis or the database, or what was started is no probe), timeout, cancelled.
Result<std::shared_ptr<Behind>> start_probe(const ProbeOptions& options);

}  // namespace bot::suites
