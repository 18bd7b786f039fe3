// What a shell offers at a place in a command line, and the scripts that ask for it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace bot::cli {

struct Candidate {
  std::string value;
  std::string what;  // one short sentence; may be empty

  bool operator==(const Candidate&) const = default;
};

// What may follow where there is no candidate.
enum class Otherwise { nothing, files };

struct Completion {
  std::vector<Candidate> candidates;  // those that begin with the last word
  Otherwise otherwise = Otherwise::nothing;
  Completes dynamic = Completes::nothing;  // ids to be fetched from the server as well
};

// `words` are the words after `botctl` up to the cursor; the last one is being typed.
Completion complete_words(const Tree& tree, const std::vector<std::string>& words);

// File name ("botctl.bash") to script. They ask `botctl __complete -- WORDS…`, whose answer is one
// VALUE<TAB>DESCRIPTION per line and a last line: ":0" offers files, ":4" does not.
std::map<std::string, std::string> completion_scripts();

}  // namespace bot::cli
