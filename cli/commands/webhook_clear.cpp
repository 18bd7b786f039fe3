#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "client/ops/clear_webhook.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments&, Context& context) {
  const auto answer = context.run(client::ClearWebhook{});
  if (!answer) return answer.error();
  context.output().done("events are not reported any more",
                        {.cells = {{"webhook"}, {"deleted"}},
                         .json = {{"id", "webhook"}, {"deleted", true}},
                         .id = "webhook"});
  return Unit{};
}

}  // namespace

Command webhook_clear() {
  return {.noun = "webhook",
          .verb = "clear",
          .summary = "Stop reporting events",
          .description = "",
          .examples = {{"botctl webhook clear", "no more events"},
                       {"botctl webhook clear -o json", "for a program"}},
          .run = run};
}

}  // namespace bot::cli
