// Which jobs a command means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/bulk.hpp"
#include "cli/context.hpp"
#include "client/types/job.hpp"

namespace bot::cli {

struct JobFilter {
  std::vector<std::string> statuses = {};  // any of these; empty: all
  std::optional<std::string> kind = std::nullopt;
  std::optional<Millis> older = std::nullopt;  // made at least that long ago
  std::optional<std::int64_t> limit = std::nullopt;
};

// --status with these choices, --kind and --older.
std::vector<Option> job_filter_options(const std::vector<std::string_view>& statuses);
// What they say.
JobFilter job_filter_of(const Arguments& arguments);

// All pages of them, newest first, each job once.
Result<std::vector<types::Job>> fetch_jobs(Context& context, const JobFilter& filter);

// Positional and options of a command on many jobs.
Command bulk_job_command(const std::vector<std::string_view>& statuses);
// Their ids, filters and selection (without --status: any of the command's states); what is done to
// a job is left to say.
Bulk bulk_of_jobs(const Arguments& arguments, Context& context);

}  // namespace bot::cli
