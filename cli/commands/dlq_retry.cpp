#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/dead_letters.hpp"
#include "client/ops/retry_dead_letter.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  auto bulk = bulk_of_dead_letters(arguments, context);
  bulk.verb = "retry";
  bulk.done = "retried";
  bulk.act = [&](const std::string& id) -> Result<std::string> {
    const auto item = context.run(client::RetryDeadLetter{.id = parse_int(id).value_or(0)});
    if (!item) return item.error();
    return item->status;
  };
  return run_bulk(arguments, context, bulk);
}

}  // namespace

Command dlq_retry() {
  auto command = bulk_dead_letter_command();
  command.verb = "retry";
  command.summary = "Put dead letters back into their lanes";
  command.description =
      "With all their attempts before them. Those that are named, or those that the filters "
      "select or standard input names; then it asks, or needs --yes. Of several, each is tried; "
      "exit code 10 says that some failed.";
  command.examples = {{"botctl dlq retry 41 42", "these two"},
                      {"botctl dlq retry --lane webhook.deliver --yes", "all of a lane"}};
  command.run = run;
  return command;
}

}  // namespace bot::cli
