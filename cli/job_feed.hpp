#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "cli/context.hpp"
#include "client/types/job.hpp"
#include "client/types/job_event.hpp"

namespace bot::cli {

// What happened to one job, from its beginning, or to all that the key may see; the server holds a
// request back until there is something.
class JobFeed {
 public:
  using Events = std::vector<types::JobEvent>;

  // `job_id`: of one job; nullopt: of all.
  JobFeed(Context& context, std::optional<std::string> job_id)
      : context_(context), job_id_(std::move(job_id)) {}

  // Waits for the next ones. Empty after some seconds without any: a moment to look at the job
  // itself, should its events be gone. Errors: Context::check and those of asking.
  Result<Events> next();
  // What is there already. Errors: as next.
  Result<Events> rest();

 private:
  Result<Events> ask(std::int64_t wait_seconds);

  Context& context_;
  std::optional<std::string> job_id_;
  std::int64_t since_ = 0;
};

// completed, failed and cancelled: it only goes on when somebody retries it.
bool is_final_job(std::string_view status);

// Success of a job that is completed; failed for one that ended otherwise.
Status verdict_of(const types::Job& job);

// Waits until it has ended, however. Errors: not_found, timeout and cancelled from the context.
Result<types::JobDetail> wait_for_job(Context& context, const std::string& id);

// For --wait: waits, five minutes where --timeout does not say how long, shows the job, and ends
// with its verdict.
Status wait_and_show(Context& context, const std::string& id);

}  // namespace bot::cli
