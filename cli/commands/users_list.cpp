#include <algorithm>
#include <limits>

#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/views.hpp"
#include "client/ops/list_users.hpp"

namespace bot::cli {
namespace {

constexpr std::int64_t page_size = 100;

bool knows(const std::vector<types::User>& users, const types::User& user) {
  return std::any_of(
      users.begin(), users.end(), [&](const auto& each) { return each.id == user.id; });
}

// All pages. A server that ignores skip and limit sends the same users again: that ends it too.
Result<std::vector<types::User>> fetch(Context& context, std::size_t wanted) {
  std::vector<types::User> users;
  while (users.size() < wanted) {
    auto page = context.run(
        client::ListUsers{.skip = static_cast<std::int64_t>(users.size()), .limit = page_size});
    if (!page) return page;
    if (page->empty() || knows(users, page->front())) break;
    const bool last = page->size() != static_cast<std::size_t>(page_size);
    users.insert(users.end(), page->begin(), page->end());
    if (last) break;
  }
  if (users.size() > wanted) users.resize(wanted);
  return users;
}

Status run(const Arguments& arguments, Context& context) {
  const auto limit = arguments.integer("limit");
  const auto users = fetch(
      context, limit ? static_cast<std::size_t>(*limit) : std::numeric_limits<std::size_t>::max());
  if (!users) return users.error();
  context.output().list(user_columns(), records_of(*users));
  if (users->empty()) context.note("no users");
  return Unit{};
}

}  // namespace

Command users_list() {
  return {.noun = "users",
          .verb = "list",
          .summary = "List the users",
          .description =
              "In the order of their ids. Columns: id, e-mail, name, limit of "
              "concurrent bots, time of creation.",
          .options = {limit_option()},
          .examples = {{"botctl users list", "everybody, as a table"},
                       {"botctl users list -o json | jq '.[].email'", "their e-mail addresses"}},
          .run = run};
}

}  // namespace bot::cli
