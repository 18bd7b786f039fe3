#include "cli/purge.hpp"

#include "cli/bulk.hpp"

namespace bot::cli {
namespace {

using Ask = std::function<Result<types::Purged>(client::Purge)>;

Result<std::int64_t> delete_all(const Ask& purge) {
  std::int64_t deleted = 0;
  while (true) {
    const auto round = purge(client::Purge::deletes);
    if (!round) return round.error();
    deleted += round->deleted;
    if (round->deleted == 0 || round->deleted >= round->matched) return deleted;
  }
}

}  // namespace

Status run_purge(const Arguments& arguments,
                 Context& context,
                 std::string_view noun,
                 const std::string& where,
                 const Ask& purge) {
  const auto named = [&](std::int64_t count) {
    return counted(static_cast<std::size_t>(count), noun) + where;
  };
  const bool dry_run = arguments.flag("dry-run");
  if (dry_run) {
    const auto found = purge(client::Purge::dry_run);
    if (!found) return found.error();
    context.output().done(named(found->matched) + " would be deleted",
                          {.cells = {{std::to_string(found->matched)}, {"would be deleted"}},
                           .json = {{"matched", found->matched}, {"deleted", 0}, {"dry_run", true}},
                           .id = std::to_string(found->matched)});
    return Unit{};
  }
  std::string question = "Delete every " + std::string(noun) + where + "?";
  if (context.options().may_ask && !arguments.flag("yes")) {
    const auto found = purge(client::Purge::dry_run);
    if (!found) return found.error();
    question = "Delete " + named(found->matched) + "?";
  }
  if (auto sure = context.confirm(question, arguments); !sure) return sure;
  const auto deleted = delete_all(purge);
  if (!deleted) return deleted.error();
  context.output().done("deleted " + named(*deleted),
                        {.cells = {{std::to_string(*deleted)}, {"deleted"}},
                         .json = {{"deleted", *deleted}},
                         .id = std::to_string(*deleted)});
  return Unit{};
}

}  // namespace bot::cli
