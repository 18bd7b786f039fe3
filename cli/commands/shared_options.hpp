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
