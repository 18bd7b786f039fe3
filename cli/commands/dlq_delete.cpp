#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/dead_letters.hpp"
#include "client/ops/delete_dead_letter.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  auto bulk = bulk_of_dead_letters(arguments, context);
  bulk.verb = "delete";
  bulk.done = "deleted";
  bulk.asks = Asks::always;
  bulk.act = [&](const std::string& id) -> Result<std::string> {
    const auto gone = context.run(client::DeleteDeadLetter{.id = parse_int(id).value_or(0)});
    if (!gone) return gone.error();
    return std::string("deleted");
  };
  return run_bulk(arguments, context, bulk);
}

}  // namespace

Command dlq_delete() {
  auto command = bulk_dead_letter_command();
  command.verb = "delete";
  command.summary = "Delete dead letters one by one";
  command.description =
      "Those that are named, or those that the filters select. It asks, or needs --yes. Of "
      "several, each is tried; exit code 10 says that some failed. `botctl dlq purge` deletes "
      "many at once.";
  command.examples = {{"botctl dlq delete 41", "asks first"},
                      {"botctl dlq delete --search taken --yes", "those that say so"}};
  command.run = run;
  return command;
}

}  // namespace bot::cli
