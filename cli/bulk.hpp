// The same done to many things: named one by one, read from standard input, or selected by filters.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/context.hpp"

namespace bot::cli {

// In JSON. Whether a word is a number is checked before anything is done, unless `check` does that.
enum class IdKind { text, number };
enum class Asks { never, of_selections, always };

struct Bulk {
  std::string_view noun = {};        // "job", with "s" for more of them
  std::string_view positional = {};  // by which the command's arguments know the ids
  std::string_view verb = {};        // "cancel", in questions
  std::string_view done = {};        // "cancelled", in what is told
  IdKind ids = IdKind::text;
  // Whether a word can mean one at all; asked for each before anything is done.
  std::function<Status(const std::string& word)> check = {};
  // The id that a word means, where ids have other names; asked right before it is acted on. The
  // word itself is then told, too, in JSON by the name of the positional.
  std::function<Result<std::string>(const std::string& word)> look_up = {};
  Asks asks = Asks::never;
  // The options that select, each on its own; the command has --dry-run when there are any.
  std::vector<std::string_view> filters = {};
  std::function<Result<std::vector<std::string>>()> select = {};
  // Whether it could be done to one of them that is named, as --dry-run says; needed where there
  // are filters. Changes nothing.
  std::function<Status(const std::string& id)> could = {};
  // Does it to one of them, and gives what that is then ("cancelled").
  std::function<Result<std::string>(const std::string& id)> act = {};
};

// One that is named fails with its own error. Of several each is tried and told; then the error is
// partial; when none of them could be done it is the one that all of them have, or failed. Ids that
// standard input names are asked for like those that filters select. What would fail for all of
// them (no server, no key, no time left) ends it, after what has been done is told. Errors:
// invalid_argument when there are ids and filters, or neither.
Status run_bulk(const Arguments& arguments, Context& context, const Bulk& bulk);

// "1 job", "2 jobs".
std::string counted(std::size_t count, std::string_view noun);

}  // namespace bot::cli
