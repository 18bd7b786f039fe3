#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/dead_letters.hpp"
#include "cli/export.hpp"
#include "cli/views.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  if (auto status = check_export(arguments, context); !status) return status;
  const auto items = fetch_dead_letters(context, dead_filter_of(arguments), std::nullopt);
  if (!items) return items.error();
  return export_records(arguments,
                        context,
                        {"id",
                         "lane",
                         "kind",
                         "attempts",
                         "max_attempts",
                         "created_at",
                         "finished_at",
                         "last_error",
                         "unique_key",
                         "payload",
                         "history"},
                        records_of(*items));
}

}  // namespace

Command dlq_export() {
  auto options = dead_filter_options();
  for (auto& option : export_options())
    options.push_back(std::move(option));
  return {.noun = "dlq",
          .verb = "export",
          .summary = "Write dead letters out as CSV or JSON",
          .description =
              "All of them, or those that the filters select. In CSV, payload and history are JSON "
              "in a cell. A file can be read by its owner only.",
          .options = std::move(options),
          .examples = {{"botctl dlq export --out dead.csv", "into a new file"},
                       {"botctl dlq export --lane jobs --format json > dead.json", "of one lane"}},
          .run = run};
}

}  // namespace bot::cli
