#include <array>
#include <fstream>
#include <istream>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/job_feed.hpp"
#include "cli/views.hpp"
#include "client/ops/import_users.hpp"

namespace bot::cli {
namespace {

// As far as it can be read; what cannot be leaves the stream bad.
std::string everything_of(std::istream& in) {
  std::string text;
  std::array<char, 4096> piece{};
  while (in.read(piece.data(), piece.size()) || in.gcount() > 0)
    text.append(piece.data(), static_cast<std::size_t>(in.gcount()));
  return text;
}

Result<std::string> read_csv(const std::string& name, Context& context) {
  std::string text;
  if (name == "-") {
    text = everything_of(context.in());
  } else {
    std::ifstream file(name, std::ios::binary);
    const bool open = file.is_open();
    if (open) text = everything_of(file);
    if (!open || file.bad()) {
      return Error{.code = Errc::invalid_argument, .message = name + " cannot be read"};
    }
  }
  if (trim(text).empty()) {
    return Error{.code = Errc::invalid_argument,
                 .message = (name == "-" ? "standard input" : name) + " holds no users",
                 .hint = "the first line names the columns: email,name,max_concurrent_bots"};
  }
  return text;
}

Status run(const Arguments& arguments, Context& context) {
  auto csv = read_csv(arguments.text("file"), context);
  if (!csv) return csv.error();
  const auto answer = context.run(
      client::ImportUsers{.csv = std::move(csv).value(), .priority = arguments.maybe("priority")});
  if (!answer) return answer.error();
  if (arguments.flag("wait")) return wait_and_show(context, answer->job);
  context.output().object(job_columns(), record_of(answer->job));
  return Unit{};
}

}  // namespace

Command jobs_import() {
  return {
      .noun = "jobs",
      .verb = "import",
      .summary = "Have users made from a CSV file",
      .description =
          "The first line names the columns: email, and if you like name and "
          "max_concurrent_bots. Each other line is a user. One job makes them all. "
          "Unlike the other commands on jobs this needs the admin key. With --wait exit code 10 "
          "says that some users could not be made, 1 that none could.",
      .positionals = {{.name = "file",
                       .help = "The CSV file, or - for standard input",
                       .completes = Completes::files}},
      .options = {priority_option(), wait_option()},
      .examples = {{"botctl jobs import users.csv --wait", "and wait for its end"},
                   {"botctl jobs import - < users.csv", "from standard input"}},
      .run = run};
}

}  // namespace bot::cli
