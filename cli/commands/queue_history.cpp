#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/views.hpp"
#include "client/ops/get_queue_history.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto history = context.run(client::GetQueueHistory{.days = arguments.integer("days")});
  if (!history) return history.error();
  context.output().list(queue_day_columns(), records_of(history->days));
  if (history->days.empty()) context.note("nothing has finished in these days");
  return Unit{};
}

}  // namespace

Command queue_history() {
  return {.noun = "queue",
          .verb = "history",
          .summary = "Show what finished on each day",
          .description =
              "By day of UTC and lane: how many items were done, given up and cancelled, also of "
              "those that have been deleted since.",
          .options = {{.name = "days",
                       .kind = Kind::integer,
                       .value_name = "N",
                       .help = "How many days, today among them",
                       .default_value = "7",
                       .least = 1,
                       .most = 90}},
          .examples = {{"botctl queue history", "the last week"},
                       {"botctl queue history --days 30 -o json", "a month, for a program"}},
          .run = run};
}

}  // namespace bot::cli
