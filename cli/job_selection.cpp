#include "cli/job_selection.hpp"

#include <algorithm>
#include <set>

#include "base/time_format.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/paging.hpp"
#include "client/ops/get_job.hpp"
#include "client/ops/list_jobs.hpp"

namespace bot::cli {
namespace {

Result<std::vector<types::Job>> fetch_status(Context& context,
                                             const JobFilter& filter,
                                             const std::optional<std::string>& status) {
  // Age is judged here, so the server must not cut before.
  const auto most = filter.older ? no_limit : most_of(filter.limit);
  return fetch_by_offset<types::Job>(
      most,
      [&](std::int64_t offset, std::int64_t wanted) -> Result<std::vector<types::Job>> {
        auto page = context.run(client::ListJobs{
            .status = status, .kind = filter.kind, .limit = wanted, .offset = offset});
        if (!page) return page.error();
        return std::move(page->jobs);
      },
      [](const types::Job& job) { return job.id; });
}

// Jobs may be deleted by this choice: a server that ignores a filter must not widen it.
bool is_chosen(const types::Job& job, const JobFilter& filter, UnixMillis now) {
  const auto& states = filter.statuses;
  const bool in_state =
      states.empty() || std::find(states.begin(), states.end(), job.status) != states.end();
  if (!in_state || (filter.kind && job.kind != *filter.kind)) return false;
  if (!filter.older) return true;
  const auto made = parse_time(job.created_at);
  return made && now - *made >= filter.older->count();
}

std::vector<std::string> states_of(const Command& command) {
  const auto& choices = find_option(&command, "status")->choices;
  return {choices.begin(), choices.end()};
}

}  // namespace

std::vector<Option> job_filter_options(const std::vector<std::string_view>& statuses) {
  return {{.name = "status",
           .kind = Kind::list,
           .value_name = "STATUS[,STATUS]",
           .help = "Those in one of these states",
           .choices = statuses},
          {.name = "kind",
           .kind = Kind::choice,
           .value_name = "KIND",
           .help = "Those of this kind",
           .choices = {"accounts", "import"}},
          {.name = "older",
           .kind = Kind::duration,
           .value_name = "DUR",
           .help = "Those that were made at least that long ago, such as 7d"}};
}

JobFilter job_filter_of(const Arguments& arguments) {
  return {.statuses = arguments.list("status"),
          .kind = arguments.maybe("kind"),
          .older = arguments.duration("older")};
}

Result<std::vector<types::Job>> fetch_jobs(Context& context, const JobFilter& filter) {
  std::vector<std::optional<std::string>> questions(filter.statuses.begin(), filter.statuses.end());
  if (questions.empty()) questions.emplace_back(std::nullopt);
  const auto now = context.clock().now_ms();
  std::vector<types::Job> chosen;
  std::set<std::string> known;
  for (const auto& status : questions) {
    auto jobs = fetch_status(context, filter, status);
    if (!jobs) return jobs;
    for (auto& job : *jobs) {
      if (!is_chosen(job, filter, now) || !known.insert(job.id).second) continue;
      chosen.push_back(std::move(job));
    }
  }
  if (questions.size() > 1) {
    std::stable_sort(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) {
      return a.created_at > b.created_at;
    });
  }
  const auto most = most_of(filter.limit);
  if (chosen.size() > most) chosen.resize(most);
  return chosen;
}

Command bulk_job_command(const std::vector<std::string_view>& statuses) {
  auto options = job_filter_options(statuses);
  options.push_back(dry_run_option());
  options.push_back(yes_option());
  return {.noun = "jobs",
          .verb = {},
          .summary = {},
          .description = {},
          .positionals = {{.name = "job",
                           .help = "Ids of jobs, or - to read them from standard input",
                           .arity = Arity::any,
                           .completes = Completes::jobs}},
          .options = std::move(options)};
}

Bulk bulk_of_jobs(const Arguments& arguments, Context& context) {
  return {.noun = "job",
          .positional = "job",
          .asks = Asks::of_selections,
          .filters = {"status", "kind", "older"},
          .select = [&]() -> Result<std::vector<std::string>> {
            auto filter = job_filter_of(arguments);
            if (filter.statuses.empty()) filter.statuses = states_of(arguments.command());
            auto jobs = fetch_jobs(context, filter);
            if (!jobs) return jobs.error();
            std::vector<std::string> ids;
            for (auto& job : *jobs)
              ids.push_back(std::move(job.id));
            return ids;
          },
          .could = [&](const std::string& id) -> Status {
            const auto detail = context.run(client::GetJob{.id = id});
            if (!detail) return detail.error();
            const auto states = states_of(arguments.command());
            const auto& status = detail->job.status;
            if (std::find(states.begin(), states.end(), status) != states.end()) return Unit{};
            return Error{.code = Errc::failed, .message = "the job is " + status};
          }};
}

}  // namespace bot::cli
