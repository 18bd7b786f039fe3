// Flags that several commands share, with their one meaning.
#pragma once

#include "cli/command.hpp"

namespace bot::cli {

inline Option limit_option() {
  return {.name = "limit",
          .kind = Kind::integer,
          .value_name = "N",
          .help = "Show at most that many; without it all are fetched",
          .least = 1};
}

inline Option yes_option() {
  return {.name = "yes", .letter = 'y', .help = "Do not ask"};
}

inline Option dry_run_option() {
  return {.name = "dry-run", .letter = 'n', .help = "Only tell what would be done"};
}

inline Option wait_option() {
  return {.name = "wait", .help = "Wait until it has ended, at most --timeout or 5m"};
}

inline Option priority_option() {
  return {.name = "priority",
          .kind = Kind::choice,
          .value_name = "PRIORITY",
          .help = "Which jobs go first: low, normal or high; normal without it",
          .choices = {"low", "normal", "high"}};
}

inline Option lane_option() {
  return {.name = "lane",
          .kind = Kind::text,
          .value_name = "LANE",
          .help = "Only those of this lane",
          .completes = Completes::lanes};
}

inline Option kind_option() {
  return {
      .name = "kind", .kind = Kind::text, .value_name = "KIND", .help = "Only those of this kind"};
}

inline Option account_status_option() {
  return {.name = "status",
          .kind = Kind::choice,
          .value_name = "STATUS",
          .help = "Only those in this state",
          .choices = {"active", "suspended", "banned"}};
}

inline Option made_by_job_option() {
  return {.name = "job",
          .kind = Kind::text,
          .value_name = "JOB",
          .help = "Only those that this job has made",
          .completes = Completes::jobs};
}

inline Positional lane_positional() {
  return {.name = "lane",
          .help = "The lane's name; `botctl queue stats` shows them",
          .completes = Completes::lanes};
}

inline Positional workers_positional() {
  return {.name = "worker",
          .help = "Ids of workers, or - to read them from standard input",
          .arity = Arity::many,
          .completes = Completes::workers};
}

inline Positional account_positional() {
  return {.name = "account", .help = "The account's id or username; a number is always an id"};
}

inline Positional job_positional() {
  return {.name = "job", .help = "The job's id", .completes = Completes::jobs};
}

inline Option max_bots_option() {
  return {.name = "max-bots",
          .kind = Kind::integer,
          .value_name = "N",
          .help = "How many bots the user may run at a time; 0 allows none",
          .most = 1'000'000};
}

inline Option name_option() {
  return {.name = "name", .kind = Kind::text, .value_name = "TEXT", .help = "Name to show"};
}

inline Option image_url_option() {
  return {.name = "image-url", .kind = Kind::text, .value_name = "URL", .help = "Picture to show"};
}

inline Option language_option() {
  return {.name = "language",
          .kind = Kind::text,
          .value_name = "CODE",
          .help = "Language that is spoken, such as en"};
}

inline Option task_option() {
  return {.name = "task",
          .kind = Kind::choice,
          .value_name = "TASK",
          .help = "What to do with speech",
          .choices = {"transcribe", "translate"}};
}

inline Option out_option() {
  return {.name = "out",
          .kind = Kind::path,
          .value_name = "FILE",
          .help = "Write the secret into a new file with mode 0600 instead of showing it",
          .completes = Completes::files};
}

inline Positional user_positional() {
  return {.name = "user", .help = "The user's id or e-mail address", .completes = Completes::users};
}

}  // namespace bot::cli
