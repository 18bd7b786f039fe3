#include "client/health.hpp"

#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "client/ops/get_ready.hpp"

namespace bot::cli {
namespace {

enum class Question { is_alive, is_ready };

Result<types::Health> ask(Context& context, Question question) {
  if (question == Question::is_ready) {
    auto answer = context.run(client::GetReady{});
    if (answer || answer.error().code != Errc::unavailable) return answer;
    Error error = answer.error();
    error.code = Errc::unreachable;
    error.message = "the server is not ready: " + error.message;
    return error;
  }
  auto client = context.connect(client::Access::none);
  if (!client) return client.error();
  auto limits = context.exchange_limits();
  if (!limits) return limits.error();
  return client::check_health(**client, *limits);
}

bool may_come_up(const Error& error) {
  return error.code == Errc::unreachable || error.code == Errc::unavailable ||
         (error.code == Errc::timeout && !error.method.empty());
}

// Until it answers, or --timeout (1m without it).
Result<types::Health> wait_for_it(Context& context, Question question) {
  context.limit_to(Millis{60'000});
  const Backoff backoff{.first = Millis{50}, .longest = Millis{2'000}};
  for (std::size_t looks = 0;; ++looks) {
    auto answer = ask(context, question);
    if (answer || !may_come_up(answer.error())) return answer;
    if (auto status = context.pause(backoff.jittered(looks)); !status) {
      if (status.error().code != Errc::timeout) return status.error();
      return answer;
    }
  }
}

Status run(const Arguments& arguments, Context& context) {
  const auto question = arguments.flag("ready") ? Question::is_ready : Question::is_alive;
  const auto health =
      arguments.flag("wait") ? wait_for_it(context, question) : ask(context, question);
  if (!health) return health.error();
  const std::vector<Column> columns = {{"STATUS", Shrinks::no}, {"SERVICE"}, {"SERVER"}};
  Record record{.cells = {{health->status, Style::green},
                          {health->service.value_or("")},
                          {context.settings().server}},
                .json = *health,
                .id = health->status};
  context.output().object(columns, record);
  return Unit{};
}

}  // namespace

Command health() {
  return {.noun = "",
          .verb = "health",
          .summary = "Ask the server whether it is alive",
          .description =
              "Exit code 3 says that it cannot be reached, is not this service or, with "
              "--ready, is not ready.",
          .options = {{.name = "ready", .help = "Ask whether all its parts work, too"},
                      {.name = "wait", .help = "Wait until it is so, at most --timeout or 1m"}},
          .examples = {{"botctl health", "is it alive?"},
                       {"botctl health --ready --wait --timeout 2m", "after a deployment"}},
          .run = run};
}

}  // namespace bot::cli
