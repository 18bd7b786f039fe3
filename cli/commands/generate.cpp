#include <filesystem>
#include <fstream>

#include "cli/commands/commands.hpp"
#include "cli/completions.hpp"
#include "cli/context.hpp"
#include "cli/man_pages.hpp"

namespace bot::cli {
namespace {

Status run(const Arguments& arguments, Context& context) {
  const auto files =
      arguments.text("what") == "man" ? man_pages(context.tree()) : completion_scripts();
  const std::filesystem::path folder(arguments.text("folder"));
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  std::vector<Record> written;
  for (const auto& [name, text] : files) {
    std::ofstream file(folder / name, std::ios::binary);
    file << text;
    file.flush();
    if (!file) {
      return Error{.code = Errc::invalid_argument,
                   .message = (folder / name).string() + " cannot be written"};
    }
    written.push_back({.cells = {{name}}, .json = name, .id = name});
  }
  context.output().list({{"FILE"}}, written);
  return Unit{};
}

Status checked_run(const Arguments& arguments, Context& context) {
  const auto& what = arguments.text("what");
  if (what == "man" || what == "completions") return run(arguments, context);
  return Error{.code = Errc::invalid_argument, .message = "say man or completions"};
}

}  // namespace

Command generate() {
  return {.noun = "",
          .verb = "__generate",
          .summary = "Write the man pages or the completion scripts into a folder",
          .description = "",
          .positionals = {{.name = "what", .help = "man or completions"},
                          {.name = "folder", .help = "Where to write them"}},
          .examples = {{"botctl __generate man man", "the pages"},
                       {"botctl __generate completions completions", "the scripts"}},
          .run = checked_run,
          .visibility = Visibility::hidden,
          .needs = Needs::nothing};
}

}  // namespace bot::cli
