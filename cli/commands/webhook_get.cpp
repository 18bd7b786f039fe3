#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/views.hpp"
#include "client/ops/get_webhook.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments&, Context& context) {
  const auto webhook = context.run(client::GetWebhook{});
  if (!webhook) return webhook.error();
  context.output().object(webhook_columns(), record_of(*webhook));
  if (!webhook->webhook_url) context.note("no webhook is set");
  return Unit{};
}

}  // namespace

Command webhook_get() {
  return {.noun = "webhook",
          .verb = "get",
          .summary = "Show where events are reported",
          .description = "The secret is not kept readable and cannot be shown.",
          .examples = {{"botctl webhook get", "as lines"},
                       {"botctl webhook get -o json | jq -r .webhook_url", "only the URL"}},
          .run = run};
}

}  // namespace bot::cli
