// What workers are asked to do: an operation of the client each.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/bulk.hpp"
#include "cli/context.hpp"

namespace bot::cli {

struct WorkerOrder {
  std::string_view verb;  // "quiet", in questions
  std::string_view done;  // "asked to go quiet", in what is told
  Asks asks = Asks::never;
};

// Asks each worker that the positional `worker` names.
template <typename Op>
Status order_workers(const Arguments& arguments, Context& context, const WorkerOrder& order) {
  return run_bulk(arguments,
                  context,
                  {.noun = "worker",
                   .positional = "worker",
                   .verb = order.verb,
                   .done = order.done,
                   .asks = order.asks,
                   .act = [&](const std::string& id) -> Result<std::string> {
                     const auto worker = context.run(Op{.id = id});
                     if (!worker) return worker.error();
                     return std::string(order.done);
                   }});
}

}  // namespace bot::cli
