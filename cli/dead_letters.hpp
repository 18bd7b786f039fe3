// Which dead letters a command means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/bulk.hpp"
#include "cli/context.hpp"
#include "client/types/queue_item.hpp"

namespace bot::cli {

struct DeadFilter {
  std::optional<std::string> lane = std::nullopt;
  std::optional<std::string> kind = std::nullopt;
  std::optional<std::string> search = std::nullopt;  // in payload and error
  std::optional<Millis> older = std::nullopt;        // given up at least that long ago
};

// --lane, --kind, --search and --older.
std::vector<Option> dead_filter_options();
DeadFilter dead_filter_of(const Arguments& arguments);

// All pages of them, newest first.
Result<std::vector<types::QueueItem>> fetch_dead_letters(Context& context,
                                                         const DeadFilter& filter,
                                                         std::optional<std::int64_t> limit);

// Positional and options of a command on many dead letters, and their ids, filters and selection;
// what is done to one is left to say.
Command bulk_dead_letter_command();
Bulk bulk_of_dead_letters(const Arguments& arguments, Context& context);

}  // namespace bot::cli
