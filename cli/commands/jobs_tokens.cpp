#include <filesystem>
#include <fstream>

#include "cli/bulk.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/context.hpp"
#include "cli/key_source.hpp"
#include "cli/views.hpp"
#include "client/ops/take_job_tokens.hpp"

namespace bot::cli {
namespace {

// Values that nobody could write down are lost for good, so the file is there before they are made.
class TokenFile {
 public:
  explicit TokenFile(std::string path) : path_(std::move(path)) {}
  TokenFile(const TokenFile&) = delete;
  TokenFile& operator=(const TokenFile&) = delete;
  ~TokenFile() {
    std::error_code ignored;
    if (made_ && !filled_) std::filesystem::remove(path_, ignored);
  }

  Status make() {
    auto status = write_private_file(path_, "");
    made_ = status.has_value();
    return status;
  }

  Status fill(const std::vector<types::AccountToken>& tokens) {
    filled_ = true;
    std::ofstream file(path_, std::ios::binary | std::ios::app);
    for (const auto& token : tokens)
      file << token.username << '\t' << token.token << '\n';
    file.flush();
    if (file) return Unit{};
    return Error{.code = Errc::failed,
                 .message = path_ + " cannot be written, and the tokens' values are lost",
                 .hint = "make new ones with `botctl tokens create USER`"};
  }

 private:
  std::string path_;
  bool made_ = false;
  bool filled_ = false;
};

Status save(Context& context, const std::string& id, const std::string& path) {
  TokenFile file(path);
  if (auto made = file.make(); !made) return made;
  const auto answer = context.run(client::TakeJobTokens{.id = id});
  if (!answer) return answer.error();
  if (auto filled = file.fill(answer->tokens); !filled) return filled;
  context.output().done("wrote " + counted(answer->tokens.size(), "token") + " to " + path,
                        {.cells = {{path}, {std::to_string(answer->tokens.size())}},
                         .json = {{"file", path}, {"count", answer->tokens.size()}},
                         .id = path});
  return Unit{};
}

Status run(const Arguments& arguments, Context& context) {
  const auto& id = arguments.text("job");
  if (const auto out = arguments.maybe("out")) return save(context, id, *out);
  if (context.output().format() == Format::id) {
    return Error{.code = Errc::invalid_argument,
                 .message = "with -o id the tokens' values would be lost",
                 .hint = "add --out FILE"};
  }
  const auto answer = context.run(client::TakeJobTokens{.id = id});
  if (!answer) return answer.error();
  context.output().list(account_token_columns(), records_of(answer->tokens));
  context.note(answer->tokens.empty() ? "the job has made no accounts"
                                      : "these values are shown once");
  return Unit{};
}

}  // namespace

Command jobs_tokens() {
  return {.noun = "jobs",
          .verb = "tokens",
          .summary = "Get the tokens of a job's accounts, this once",
          .description =
              "Their values go to standard output: account, username, value; or with --out into a "
              "file, a line each with username and value. The service keeps only their hashes, so "
              "a second time is refused with exit code 6.",
          .positionals = {job_positional()},
          .options = {{.name = "out",
                       .kind = Kind::path,
                       .value_name = "FILE",
                       .help = "Write the secrets into a new file with mode 0600 instead",
                       .completes = Completes::files}},
          .examples = {{"botctl jobs tokens 7b0c9d52-6d1e-4a0c-8f43-0123456789ab --out tokens.tsv",
                        "into a file that only its owner can read"},
                       {"botctl jobs tokens 7b0c9d52-6d1e-4a0c-8f43-0123456789ab -o json",
                        "for a program"}},
          .run = run};
}

}  // namespace bot::cli
