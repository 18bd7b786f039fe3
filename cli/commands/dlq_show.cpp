#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/views.hpp"
#include "client/ops/get_dead_letter.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto id = parse_int(arguments.text("id"));
  if (!id) {
    return Error{.code = Errc::invalid_argument,
                 .message = "'" + escape_for_terminal(arguments.text("id")) +
                            "' is not the id of a dead letter"};
  }
  const auto item = context.run(client::GetDeadLetter{.id = *id});
  if (!item) return item.error();
  auto columns = queue_item_columns();
  columns.push_back({"PAYLOAD"});
  auto record = record_of(*item);
  record.cells.push_back({types::dump(item->payload)});
  context.output().object(columns, record);
  if (context.output().format() == Format::table && !item->history.empty()) {
    context.output().text("\n");
    context.output().list(queue_item_event_columns(), records_of(item->history));
  }
  return Unit{};
}

}  // namespace

Command dlq_show() {
  return {.noun = "dlq",
          .verb = "show",
          .summary = "Show a dead letter with its payload and the history of its attempts",
          .description = "In a pipe the payload is the last column; the history is in JSON only.",
          .positionals = {{.name = "id", .help = "The dead letter's id"}},
          .examples = {{"botctl dlq show 41", "what happened to it?"},
                       {"botctl dlq show 41 -o json | jq .history", "for a program"}},
          .run = run};
}

}  // namespace bot::cli
