#include "cli/dead_letters.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/time_format.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/paging.hpp"
#include "client/ops/get_dead_letter.hpp"
#include "client/ops/list_dead_letters.hpp"

namespace bot::cli {
namespace {

// They may be deleted by this choice: a server that ignores a filter must not widen it. What the
// search looks at is the server's affair.
bool is_chosen(const types::QueueItem& item, const DeadFilter& filter, UnixMillis now) {
  if (filter.lane && item.lane != *filter.lane) return false;
  if (filter.kind && item.kind != *filter.kind) return false;
  if (!filter.older) return true;
  const auto ended = parse_time(item.finished_at.value_or(item.created_at));
  return ended && now - *ended >= filter.older->count();
}

}  // namespace

std::vector<Option> dead_filter_options() {
  return {lane_option(),
          kind_option(),
          {.name = "search",
           .kind = Kind::text,
           .value_name = "TEXT",
           .help = "Those with this text in payload or error"},
          {.name = "older",
           .kind = Kind::duration,
           .value_name = "DUR",
           .help = "Those that were given up at least that long ago, such as 7d"}};
}

DeadFilter dead_filter_of(const Arguments& arguments) {
  return {.lane = arguments.maybe("lane"),
          .kind = arguments.maybe("kind"),
          .search = arguments.maybe("search"),
          .older = arguments.duration("older")};
}

Result<std::vector<types::QueueItem>> fetch_dead_letters(Context& context,
                                                         const DeadFilter& filter,
                                                         std::optional<std::int64_t> limit) {
  const auto most = most_of(limit);
  auto items = fetch_pages<types::QueueItem>(
      filter.older ? no_limit : most,
      [&](const auto& so_far, std::int64_t wanted) -> Result<std::vector<types::QueueItem>> {
        client::ListDeadLetters list{
            .lane = filter.lane, .kind = filter.kind, .search = filter.search, .limit = wanted};
        if (!so_far.empty()) list.before = so_far.back().id;
        auto page = context.run(list);
        if (!page) return page.error();
        return std::move(page->items);
      },
      [](const types::QueueItem& item) { return item.id; });
  if (!items) return items;
  const auto now = context.clock().now_ms();
  items->erase(std::remove_if(items->begin(),
                              items->end(),
                              [&](const auto& item) { return !is_chosen(item, filter, now); }),
               items->end());
  if (items->size() > most) items->resize(most);
  return items;
}

Command bulk_dead_letter_command() {
  auto options = dead_filter_options();
  options.push_back(dry_run_option());
  options.push_back(yes_option());
  return {.noun = "dlq",
          .verb = {},
          .summary = {},
          .description = {},
          .positionals = {{.name = "id",
                           .help = "Ids of dead letters, or - to read them from standard input",
                           .arity = Arity::any}},
          .options = std::move(options)};
}

Bulk bulk_of_dead_letters(const Arguments& arguments, Context& context) {
  return {.noun = "dead letter",
          .positional = "id",
          .ids = IdKind::number,
          .asks = Asks::of_selections,
          .filters = {"lane", "kind", "search", "older"},
          .select = [&]() -> Result<std::vector<std::string>> {
            const auto items = fetch_dead_letters(context, dead_filter_of(arguments), std::nullopt);
            if (!items) return items.error();
            std::vector<std::string> ids;
            for (const auto& item : *items)
              ids.push_back(std::to_string(item.id));
            return ids;
          },
          .could = [&](const std::string& id) -> Status {
            const auto item = context.run(client::GetDeadLetter{.id = parse_int(id).value_or(0)});
            if (!item) return item.error();
            return Unit{};
          }};
}

}  // namespace bot::cli
