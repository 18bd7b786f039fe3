#include <algorithm>
#include <ostream>

#include "base/unicode.hpp"
#include "cli/commands/commands.hpp"
#include "cli/completions.hpp"
#include "cli/config_file.hpp"
#include "cli/context.hpp"
#include "client/ops/list_jobs.hpp"
#include "client/ops/list_lanes.hpp"
#include "client/ops/list_users.hpp"
#include "client/ops/list_workers.hpp"

namespace bot::cli {
namespace {

// A tab must not hang: what has not come by then is not offered.
constexpr Millis patience{300};

// The settings without the words that are being typed. Whatever is wrong with them is for the
// command itself to tell.
Result<Settings> settings_of(const Arguments& arguments, World& world) {
  Arguments ours(arguments.command());
  if (auto status = apply_environment(ours, world.environment); !status) return status.error();
  const auto path = world.environment.config_home() / "botctl" / "config.toml";
  const auto config = read_config(path, world.environment.get("HOME").value_or(""));
  if (!config) return config.error();
  return resolve_settings(ours, world.environment, *config);
}

// With a server or context among the words the settings would be those of another server.
bool names_a_server(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [](const auto& word) {
    return word.starts_with("--server") || word.starts_with("--context") || word.starts_with("-c");
  });
}

// What the server answers, when it does in time. Only the newest of many: a list to choose from
// has an end.
Result<std::vector<Candidate>> ask(Context& asking, Completes what) {
  std::vector<Candidate> found;
  if (what == Completes::users) {
    const auto users = asking.run(client::ListUsers{});
    if (!users) return users.error();
    for (const auto& user : *users)
      found.push_back({user.email, "user " + std::to_string(user.id)});
  } else if (what == Completes::jobs) {
    const auto jobs = asking.run(client::ListJobs{.limit = 100});
    if (!jobs) return jobs.error();
    for (const auto& job : jobs->jobs)
      found.push_back({job.id, job.kind + ", " + job.status});
  } else if (what == Completes::lanes) {
    const auto lanes = asking.run(client::ListLanes{});
    if (!lanes) return lanes.error();
    for (const auto& lane : lanes->lanes)
      found.push_back({lane.lane, std::to_string(lane.ready) + " ready"});
  } else if (what == Completes::workers) {
    const auto workers = asking.run(client::ListWorkers{});
    if (!workers) return workers.error();
    for (const auto& worker : workers->workers)
      found.push_back({worker.worker_id, worker.status});
  }
  return found;
}

void add_from_server(const Arguments& arguments, Context& context, Completion& completion) {
  const auto& words = arguments.list("words");
  if (names_a_server(words)) return;
  auto settings = settings_of(arguments, context.world());
  if (!settings) return;
  ContextOptions options{.timeout = patience, .retries = 0};
  options.chatter.quiet = true;
  Context asking(context.world(), context.tree(), std::move(settings).value(), options);
  auto found = ask(asking, completion.dynamic);
  if (!found) return;
  for (auto& candidate : *found) {
    if (candidate.value.starts_with(words.back())) {
      completion.candidates.push_back(std::move(candidate));
    }
  }
}

Status run(const Arguments& arguments, Context& context) {
  auto completion = complete_words(context.tree(), arguments.list("words"));
  if (completion.dynamic != Completes::nothing) add_from_server(arguments, context, completion);
  auto& out = context.output().stream();
  for (const auto& candidate : completion.candidates) {
    out << escape_for_terminal(candidate.value) << '\t' << escape_for_terminal(candidate.what)
        << '\n';
  }
  out << (completion.otherwise == Otherwise::files ? ":0\n" : ":4\n");
  return Unit{};
}

}  // namespace

Command complete() {
  return {.noun = "",
          .verb = "__complete",
          .summary = "Print what may stand at the end of a command line",
          .description = "",
          .positionals = {{.name = "words",
                           .help = "The words after botctl; the last one is being typed",
                           .arity = Arity::many}},
          .examples = {{"botctl __complete -- users ''", "the verbs of users"},
                       {"botctl __complete -- users list --l", "its options that begin so"}},
          .run = run,
          .visibility = Visibility::hidden,
          .needs = Needs::nothing};
}

}  // namespace bot::cli
