#include "cli/commands/commands.hpp"

#include <iterator>

namespace bot::cli {
namespace {

using Maker = Command (*)();

// In the order of help.
constexpr Maker makers[] = {
    users_list,
    users_get,
    users_create,
    users_ensure,
    users_update,
    users_delete,
    tokens_list,
    tokens_create,
    tokens_revoke,
    bots_start,
    bots_list,
    bots_status,
    bots_config,
    bots_stop,
    bots_wait,
    bots_watch,
    meetings_list,
    meetings_get,
    meetings_update,
    meetings_delete,
    meetings_timeline,
    transcripts_get,
    webhook_get,
    webhook_set,
    webhook_clear,
    webhook_deliveries,
    audit_list,
    jobs_create,
    jobs_import,
    jobs_list,
    jobs_get,
    jobs_watch,
    jobs_cancel,
    jobs_retry,
    jobs_delete,
    jobs_tokens,
    accounts_list,
    accounts_get,
    accounts_disable,
    accounts_enable,
    accounts_export,
    queue_stats,
    queue_show,
    queue_pause,
    queue_resume,
    queue_purge,
    queue_history,
    dlq_list,
    dlq_show,
    dlq_retry,
    dlq_delete,
    dlq_purge,
    dlq_export,
    workers_list,
    workers_show,
    workers_quiet,
    workers_resume,
    workers_stop,
    smoke,
    health,
    status,
    doctor,
    version,
    help_command,
    generate,
    complete,
};

std::vector<Noun> nouns() {
  return {
      {"users",
       "Users of the service, and how many bots each may run",
       "All of these need the admin key."},
      {"tokens", "API tokens of users", "All of these need the admin key."},
      {"bots",
       "Bots in meetings: send them, reconfigure them, wait for them, call them back",
       "These need a user's API key. A meeting is named by PLATFORM ID or, in one word, by\n"
       "PLATFORM/ID."},
      {"meetings",
       "Meetings, past and present",
       "These need a user's API key; `list --all-users` needs the admin key."},
      {"transcripts", "What was said in a meeting", "These need a user's API key."},
      {"webhook", "Where the service reports a user's events", "These need a user's API key."},
      {"audit", "Who changed what", "This needs the admin key."},
      {"jobs",
       "Jobs: accounts that the service makes by and by",
       "With a user's API key these are about the jobs that the user has asked for.\n"
       "Without one, and with the admin key, they are about everybody's. `import` needs\n"
       "the admin key."},
      {"accounts",
       "Accounts that jobs have made",
       "With a user's API key these are about the accounts that the user has asked for.\n"
       "Without one, and with the admin key, they are about everybody's."},
      {"queue", "The durable queue and its lanes", "All of these need the admin key."},
      {"dlq", "Dead letters: what the queue has given up", "All of these need the admin key."},
      {"workers", "The processes that work on the queue", "All of these need the admin key."},
  };
}

Tree make_tree() {
  Tree tree;
  tree.nouns = nouns();
  tree.commands.reserve(std::size(makers));
  for (const auto make : makers)
    tree.commands.push_back(make());
  return tree;
}

}  // namespace

const Tree& command_tree() {
  static const Tree tree = make_tree();
  return tree;
}

}  // namespace bot::cli
