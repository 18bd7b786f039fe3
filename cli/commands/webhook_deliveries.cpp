#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/views.hpp"
#include "client/ops/list_deliveries.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  auto list = context.run(client::ListDeliveries{});
  if (!list) return list.error();
  auto& deliveries = list->deliveries;
  const auto limit = arguments.integer("limit");
  if (limit && deliveries.size() > static_cast<std::size_t>(*limit)) {
    deliveries.resize(static_cast<std::size_t>(*limit));
  }
  context.output().list(delivery_columns(), records_of(deliveries));
  if (deliveries.empty()) context.note("no deliveries");
  return Unit{};
}

}  // namespace

Command webhook_deliveries() {
  return {.noun = "webhook",
          .verb = "deliveries",
          .summary = "List the events and what became of them, newest first",
          .description =
              "Columns: id, event, state (queued, delivered, dead), attempts, the "
              "receiver's last answer, times of creation and delivery, last error.",
          .options = {limit_option()},
          .examples = {{"botctl webhook deliveries", "as a table"},
                       {"botctl webhook deliveries -o ndjson | grep '\"dead\"'",
                        "those that were given up"}},
          .run = run};
}

}  // namespace bot::cli
