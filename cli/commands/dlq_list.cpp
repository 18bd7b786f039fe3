#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/dead_letters.hpp"
#include "cli/views.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto items =
      fetch_dead_letters(context, dead_filter_of(arguments), arguments.integer("limit"));
  if (!items) return items.error();
  context.output().list(queue_item_columns(), records_of(*items));
  if (items->empty()) context.note("no dead letters");
  return Unit{};
}

}  // namespace

Command dlq_list() {
  auto options = dead_filter_options();
  options.push_back(limit_option());
  return {.noun = "dlq",
          .verb = "list",
          .summary = "List the dead letters, newest first",
          .description =
              "Items of the queue that were given up: each attempt failed, or one failed for good. "
              "The last column says why. JSON has payload and history, too.",
          .options = std::move(options),
          .examples = {{"botctl dlq list --lane webhook.deliver", "of one lane"},
                       {"botctl dlq list --search taken -o id", "ids of those that say so"}},
          .run = run};
}

}  // namespace bot::cli
