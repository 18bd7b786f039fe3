#include <algorithm>
#include <limits>

#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/views.hpp"
#include "client/ops/list_audit.hpp"

namespace bot::cli {
namespace {

constexpr std::size_t page_size = 1000;
constexpr auto newest = std::numeric_limits<std::int64_t>::max();

// Page by page, until there are as many as are wanted or no older ones.
Result<std::vector<types::AuditEntry>> fetch(Context& context,
                                             client::ListAudit wanted,
                                             std::size_t most) {
  std::vector<types::AuditEntry> entries;
  while (entries.size() < most) {
    const auto rest = std::min(most - entries.size(), page_size);
    wanted.limit = static_cast<std::int64_t>(rest);
    auto page = context.run(wanted);
    if (!page) return std::move(page).error();
    // A server that ignores `before` sends the same again: that ends it too.
    if (page->entries.empty() || page->entries.front().id >= wanted.before.value_or(newest)) break;
    entries.insert(entries.end(), page->entries.begin(), page->entries.end());
    if (page->entries.size() < rest) break;
    wanted.before = page->entries.back().id;
  }
  if (entries.size() > most) entries.resize(most);
  return entries;
}

Status run(const Arguments& arguments, Context& context) {
  const auto limit = arguments.integer("limit");
  const auto entries =
      fetch(context,
            {.subject = arguments.maybe("subject"), .action = arguments.maybe("action")},
            limit ? static_cast<std::size_t>(*limit) : std::numeric_limits<std::size_t>::max());
  if (!entries) return entries.error();
  context.output().list(audit_columns(), records_of(*entries));
  if (entries->empty()) context.note("no entries");
  return Unit{};
}

}  // namespace

Command audit_list() {
  return {.noun = "audit",
          .verb = "list",
          .summary = "List who changed what, newest first",
          .description =
              "Changes by administrators, done and refused, and users' changes of their webhooks. "
              "Columns: id, time, who, what was done, to what, what came of it, the client's "
              "address, a note. JSON has the request's id, too, by which the server's log is "
              "searched, and which key or token it was.",
          .options = {limit_option(),
                      {.name = "subject",
                       .kind = Kind::text,
                       .value_name = "SUBJECT",
                       .help = "Only changes of this, such as 'user 7'"},
                      {.name = "action",
                       .kind = Kind::text,
                       .value_name = "ACTION",
                       .help = "Only changes of this kind, such as user.delete"}},
          .examples = {{"botctl audit list --limit 20", "the latest changes"},
                       {"botctl audit list --subject 'user 7' -o json", "all that befell a user"}},
          .run = run};
}

}  // namespace bot::cli
