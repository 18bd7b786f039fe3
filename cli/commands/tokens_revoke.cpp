#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "client/ops/revoke_token.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto& text = arguments.text("token");
  const auto id = parse_int(text);
  if (!id) {
    return Error{.code = Errc::invalid_argument,
                 .message = "'" + escape_for_terminal(text) + "' is not a token's id",
                 .hint = "`botctl tokens list USER` shows the ids"};
  }
  const auto answer = context.run(client::RevokeToken{.id = *id});
  if (!answer) return answer.error();
  context.output().done(
      "revoked token " + text,
      {.cells = {{text}, {"deleted"}}, .json = {{"id", *id}, {"deleted", true}}, .id = text});
  return Unit{};
}

}  // namespace

Command tokens_revoke() {
  return {.noun = "tokens",
          .verb = "revoke",
          .summary = "Revoke a token; it is refused from then on",
          .description = "By its id, not by its value: values do not belong on command lines.",
          .positionals = {{.name = "token", .help = "The token's id"}},
          .examples = {{"botctl tokens revoke 7", "the token with that id"},
                       {"botctl tokens list 42 -o id | xargs -n1 botctl tokens revoke",
                        "all tokens of a user"}},
          .run = run};
}

}  // namespace bot::cli
