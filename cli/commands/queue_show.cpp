#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/paging.hpp"
#include "cli/views.hpp"
#include "client/ops/list_queue_items.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto items = fetch_pages<types::QueueItem>(
      most_of(arguments.integer("limit")),
      [&](const auto& so_far, std::int64_t wanted) -> Result<std::vector<types::QueueItem>> {
        client::ListQueueItems list{.lane = arguments.text("lane"),
                                    .status = arguments.maybe("status"),
                                    .kind = arguments.maybe("kind"),
                                    .search = arguments.maybe("search"),
                                    .limit = wanted};
        if (!so_far.empty()) list.before = so_far.back().id;
        auto page = context.run(list);
        if (!page) return page.error();
        return std::move(page->items);
      },
      [](const types::QueueItem& item) { return item.id; });
  if (!items) return items.error();
  context.output().list(queue_item_columns(), records_of(*items));
  if (items->empty()) context.note("no items");
  return Unit{};
}

}  // namespace

Command queue_show() {
  return {.noun = "queue",
          .verb = "show",
          .summary = "List the items of a lane, newest first",
          .description =
              "Columns: id, lane, kind, status, attempts made and allowed, time of creation, when "
              "it may run, last error. JSON has payload, lease and history, too.",
          .positionals = {lane_positional()},
          .options = {limit_option(),
                      {.name = "status",
                       .kind = Kind::choice,
                       .value_name = "STATUS",
                       .help = "Only those in this state",
                       .choices = {"ready", "leased", "done", "dead"}},
                      kind_option(),
                      {.name = "search",
                       .kind = Kind::text,
                       .value_name = "TEXT",
                       .help = "Only those with this text in payload or error"}},
          .examples = {{"botctl queue show jobs --status leased", "what runs now"},
                       {"botctl queue show webhook.deliver --limit 20", "the newest"}},
          .run = run};
}

}  // namespace bot::cli
