#include <filesystem>

#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/key_source.hpp"
#include "cli/views.hpp"
#include "client/ops/set_webhook.hpp"

namespace bot::cli {
namespace {

Status save_secret(const std::string& path, const std::string& secret) {
  auto status = write_private_file(path, secret + '\n');
  if (status) return status;
  Error error = status.error();
  error.hint = "the webhook is set but its secret is lost: set it again with --rotate-secret";
  return error;
}

Status run(const Arguments& arguments, Context& context) {
  const auto out = arguments.maybe("out");
  if (out && std::filesystem::exists(*out)) {
    return Error{.code = Errc::invalid_argument,
                 .message = *out + " exists already",
                 .hint = "choose another name, or remove the file first"};
  }
  auto webhook = context.run(client::SetWebhook{.webhook_url = arguments.text("url"),
                                                .rotate_secret = arguments.flag("rotate-secret")});
  if (!webhook) return webhook.error();
  if (webhook->secret && out) {
    if (auto status = save_secret(*out, *webhook->secret); !status) return status;
    webhook->secret.reset();
    context.note("the secret is in " + *out);
  }
  auto columns = webhook_columns();
  auto record = record_of(*webhook);
  if (webhook->secret) {
    columns.push_back({"SECRET", Shrinks::no});
    record.cells.push_back({*webhook->secret});
    context.note("the secret is shown once");
  }
  context.output().object(columns, record);
  return Unit{};
}

}  // namespace

Command webhook_set() {
  return {.noun = "webhook",
          .verb = "set",
          .summary = "Have events reported to a URL",
          .description =
              "Each event is a POST, signed with a secret that is made the first time "
              "and shown this once, or written into a file with --out.",
          .positionals = {{.name = "url", .help = "Where to send the events"}},
          .options = {{.name = "rotate-secret", .help = "Make a new secret"}, out_option()},
          .examples = {{"botctl webhook set https://example.com/hooks/bots --out hook.secret",
                        "keep the secret in a file"},
                       {"botctl webhook set https://example.com/hooks/bots --rotate-secret",
                        "when the secret became known"}},
          .run = run};
}

}  // namespace bot::cli
