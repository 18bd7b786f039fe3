// Which user, account or meeting the words of a command mean.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/context.hpp"
#include "client/types/meeting.hpp"

namespace bot::cli {

// A meeting as the service addresses it.
struct Target {
  std::string platform;
  std::string native_meeting_id;

  std::string text() const { return platform + '/' + native_meeting_id; }
  bool operator==(const Target&) const = default;
};

// The positionals of commands on one meeting: PLATFORM ID, or PLATFORM/ID in one word.
std::vector<Positional> meeting_positionals();
// Error: invalid_argument when the words are neither form.
Result<Target> target_of(const Arguments& arguments);

// Several: `PLATFORM ID`, or any number of PLATFORM/ID; `-` reads one per line from `in`, in either
// form (a tab or blanks between the two). Error: invalid_argument.
Result<std::vector<Target>> targets_of(const std::vector<std::string>& words, std::istream& in);

// A user's id from an id or an e-mail address, which is looked up. Errors: invalid_argument when it
// is neither, and those of looking.
Result<std::int64_t> user_id_of(Context& context, const std::string& text);

// Whether it can be the id of an account or a username; a number is always an id. Error:
// invalid_argument.
Status check_account(const std::string& text);
// An account's id from either; a username is looked up. Errors: as check_account, not_found, and
// those of looking.
Result<std::int64_t> account_id_of(Context& context, const std::string& text);

// The newest of the key's meetings with that platform and id. Error: not_found.
Result<types::Meeting> find_meeting(Context& context, const Target& target);

// completed and failed: a meeting in them never changes again.
bool is_final(std::string_view state);

}  // namespace bot::cli
