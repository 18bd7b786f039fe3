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
  // Passes over what is there already, without having it sent where the server can do that. Errors:
  // as next.
  Status skip();

 private:
  Result<Events> ask(std::int64_t wait_seconds);

  Context& context_;
  std::optional<std::string> job_id_;
  std::int64_t since_ = 0;
};

// completed, failed and cancelled: it only goes on when somebody retries it.
bool is_final_job(std::string_view status);

// Success of a job that is completed; for one that ended otherwise partial where some of its units
// were done and it failed, else failed.
Status verdict_of(const types::Job& job);

struct Waited {
  std::optional<types::JobDetail> seen = std::nullopt;  // as it was last seen
  Status ended = Unit{};                                // an error: nobody knows whether it has
};

// Waits until it has ended, however. Errors: not_found, those of asking, timeout and cancelled from
// the context.
Waited wait_for_job(Context& context, const std::string& id);

// For --wait: waits, five minutes where --timeout does not say how long, shows the job, and ends
// with its verdict. Where the waiting fails, the job is shown as it was last seen.
Status wait_and_show(Context& context, const std::string& id);
// The same for one that was made just now: it is shown whatever happens, for nobody else knows its
// id.
Status wait_and_show(Context& context, const types::Job& made);

}  // namespace bot::cli
