#include <filesystem>

#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/key_source.hpp"
#include "cli/targets.hpp"
#include "cli/views.hpp"
#include "client/ops/create_token.hpp"

namespace bot::cli {
namespace {

// The value is the primary data: alone on standard output, so that `$(…)` takes it.
void show_value(Context& context, const types::Token& token, const std::string& value) {
  auto record = record_of(token);
  record.cells = {{value}};
  record.id = std::to_string(token.id);
  if (context.output().format() == Format::table) {
    context.output().text(value + '\n');
  } else {
    context.output().object({{"TOKEN"}}, record);
  }
  context.note("this value is shown once");
}

Status save_value(Context& context,
                  const std::string& path,
                  types::Token token,
                  const std::string& value) {
  if (auto status = write_private_file(path, value + '\n'); !status) {
    Error error = status.error();
    error.hint = "token " + std::to_string(token.id) +
                 " was made and its value is lost: revoke it with `botctl tokens revoke " +
                 std::to_string(token.id) + "`";
    return error;
  }
  token.token.reset();
  context.output().object(token_columns(), record_of(token));
  context.note("the value is in " + path);
  return Unit{};
}

Status run(const Arguments& arguments, Context& context) {
  const auto out = arguments.maybe("out");
  if (out && std::filesystem::exists(*out)) {
    return Error{.code = Errc::invalid_argument,
                 .message = *out + " exists already",
                 .hint = "choose another name, or remove the file first"};
  }
  if (!out && context.output().format() == Format::id) {
    return Error{.code = Errc::invalid_argument,
                 .message = "with -o id the token's value would be lost",
                 .hint = "add --out FILE"};
  }
  const auto id = user_id_of(context, arguments.text("user"));
  if (!id) return id.error();
  const auto token = context.run(client::CreateToken{.user_id = *id,
                                                     .name = arguments.maybe("name"),
                                                     .expires_in = arguments.maybe("expires-in")});
  if (!token) return token.error();
  if (!token->token) {
    return Error{.code = Errc::protocol, .message = "the server's answer holds no token value"};
  }
  if (out) return save_value(context, *out, *token, *token->token);
  show_value(context, *token, *token->token);
  return Unit{};
}

}  // namespace

Command tokens_create() {
  return {.noun = "tokens",
          .verb = "create",
          .summary = "Create an API token for a user and show its value, this once",
          .description = "The value goes to standard output alone, or into a file with --out.",
          .positionals = {user_positional()},
          .options = {name_option(),
                      {.name = "expires-in",
                       .kind = Kind::duration,
                       .value_name = "DUR",
                       .help = "How long it is valid, such as 30d; without it for ever"},
                      out_option()},
          .examples = {{"export BOTCTL_API_KEY=$(botctl tokens create ada@example.com)",
                        "use it at once"},
                       {"botctl tokens create 42 --name ci --expires-in 30d --out ci.key",
                        "into a file that only its owner can read"}},
          .run = run};
}

}  // namespace bot::cli
