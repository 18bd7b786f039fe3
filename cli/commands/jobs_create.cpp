#include <algorithm>

#include "cli/bulk.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/job_feed.hpp"
#include "cli/views.hpp"
#include "client/ops/create_accounts.hpp"
#include "client/ops/generate_accounts.hpp"

namespace bot::cli {
namespace {

// A job that was made just now, and that nobody has looked at since.
Record unseen(const std::string& id) {
  return {.cells = {{id}, {"accounts"}, {"pending"}, {""}, {""}, {""}, {""}, {""}},
          .json = {{"id", id}, {"kind", "accounts"}, {"status", "pending"}},
          .id = id};
}

// Each of them, in the order in which they were made. Where the waiting fails all are told as they
// were last seen: nobody else knows their ids.
Status wait_for_all(Context& context, const std::vector<std::string>& ids) {
  context.limit_to(Millis{300'000});
  std::vector<Record> records;
  std::size_t failures = 0;
  bool nothing_done = true;
  Status ended = Unit{};
  for (const auto& id : ids) {
    const auto waited = ended ? wait_for_job(context, id) : Waited{};
    if (ended) ended = waited.ended;
    records.push_back(waited.seen ? record_of(*waited.seen) : unseen(id));
    if (!ended) continue;
    const auto verdict = verdict_of(waited.seen->job);
    if (!verdict) ++failures;
    if (verdict || verdict.error().code == Errc::partial) nothing_done = false;
  }
  context.output().list(job_columns(), records);
  if (!ended) return ended;
  if (failures == 0) return Unit{};
  return Error{.code = nothing_done ? Errc::failed : Errc::partial,
               .message = std::to_string(failures) + " of " + counted(ids.size(), "job") +
                          " did not complete"};
}

const std::vector<Column>& id_columns() {
  static const std::vector<Column> columns = {{"ID", Shrinks::no}};
  return columns;
}

void show_ids(Context& context, const std::vector<std::string>& ids) {
  std::vector<Record> records;
  records.reserve(ids.size());
  for (const auto& id : ids)
    records.push_back({.cells = {{id}}, .json = {{"id", id}}, .id = id});
  context.output().list(id_columns(), records);
}

// The command line is refused; what was set for many commands is told of.
Status check_priority(const Arguments& arguments, Context& context) {
  if (!arguments.has("priority")) return Unit{};
  const std::string why = "one job for all accounts has the lowest priority";
  if (arguments.source_of("priority") == Source::command_line) {
    return Error{.code = Errc::invalid_argument,
                 .message = "--priority and --one-job exclude each other",
                 .hint = why};
  }
  context.warn("the priority " + arguments.text("priority") +
               " that is set counts for nothing: " + why);
  return Unit{};
}

Status run_one(const Arguments& arguments, Context& context) {
  if (auto sound = check_priority(arguments, context); !sound) return sound;
  const auto answer = context.run(client::CreateAccounts{
      .count = arguments.integer("count").value_or(1), .username = arguments.maybe("username")});
  if (!answer) return answer.error();
  if (arguments.flag("wait")) return wait_and_show(context, answer->job);
  context.output().object(id_columns(),
                          {.cells = {{answer->job.id}}, .json = answer->job, .id = answer->job.id});
  return Unit{};
}

Status run(const Arguments& arguments, Context& context) {
  if (arguments.flag("one-job")) return run_one(arguments, context);
  const auto count = arguments.integer("count").value_or(1);
  const auto made = context.run(client::GenerateAccounts{.count = count,
                                                         .priority = arguments.maybe("priority"),
                                                         .username = arguments.maybe("username")});
  if (!made) return made.error();
  if (!arguments.flag("wait")) {
    show_ids(context, made->job_ids);
  } else if (auto ended = wait_for_all(context, made->job_ids); !ended) {
    return ended;
  }
  if (made->job_ids.size() >= static_cast<std::size_t>(count)) return Unit{};
  return Error{.code = Errc::partial,
               .message = "only " + counted(made->job_ids.size(), "job") + " of " +
                          std::to_string(count) + " could be made"};
}

}  // namespace

Command jobs_create() {
  return {
      .noun = "jobs",
      .verb = "create",
      .summary = "Have accounts made: users of the service, each with a token",
      .description =
          "One job for each account, or with --one-job one for all, which has the priority low and "
          "takes no --priority. Prints the jobs' ids (JSON: an object with the id of each, or with "
          "--one-job the job); with --wait the jobs when they have ended, and exit code 1 when "
          "nothing of them was done, 10 when a part was. Where the waiting ends before the jobs "
          "do, they are shown as "
          "they were last seen. `botctl jobs tokens` gets the tokens.",
      .options = {{.name = "count",
                   .kind = Kind::integer,
                   .value_name = "N",
                   .help = "How many accounts",
                   .default_value = "1",
                   .least = 1,
                   .most = 100},
                  priority_option(),
                  {.name = "username",
                   .kind = Kind::text,
                   .value_name = "NAME",
                   .help =
                       "Name of the account, and no number, for that is always an id; of several "
                       "NAME-1, NAME-2 and so on"},
                  {.name = "one-job", .help = "Make all of them in one job of low priority"},
                  wait_option()},
      .examples = {{"botctl jobs create --count 5 --priority high", "five jobs"},
                   {"botctl jobs create --count 5 --one-job --wait", "one, and its end"}},
      .run = run};
}

}  // namespace bot::cli
