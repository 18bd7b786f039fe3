#include "cli/export.hpp"

#include <filesystem>
#include <utility>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/key_source.hpp"
#include "cli/output/csv.hpp"

namespace bot::cli {
namespace {

bool is_csv(const Arguments& arguments, Context& context) {
  if (arguments.has("format")) return arguments.text("format") == "csv";
  return arguments.has("out") || !context.output().is_json();
}

std::string text_of(const Arguments& arguments,
                    Context& context,
                    const std::vector<std::string_view>& members,
                    const std::vector<Record>& records) {
  std::vector<types::Json> objects;
  objects.reserve(records.size());
  for (const auto& record : records)
    objects.push_back(record.json);
  if (is_csv(arguments, context)) return csv_of(members, objects);
  return json_text(types::Json(std::move(objects)), JsonLook::pretty) + '\n';
}

// What the data could do to a terminal is shown, not done.
std::string for_terminal(const std::string& text) {
  std::string shown;
  for (const auto line : split(text, '\n'))
    shown += (shown.empty() ? "" : "\n") + escape_for_terminal(line);
  return shown;
}

// Never half of it: whoever reads the file meanwhile reads the old one.
Status replace_private_file(const std::filesystem::path& path, const std::string& text) {
  const std::filesystem::path fresh = path.string() + '.' + random_hex(8) + ".new";
  std::error_code failed;
  auto written = write_private_file(fresh, text);
  if (written) std::filesystem::rename(fresh, path, failed);
  if (written && !failed) return Unit{};
  std::error_code ignored;
  std::filesystem::remove(fresh, ignored);
  if (!written) return written;
  return Error{.code = Errc::invalid_argument,
               .message = path.string() + " cannot be replaced: " + failed.message()};
}

}  // namespace

std::vector<Option> export_options() {
  return {{.name = "out",
           .kind = Kind::path,
           .value_name = "FILE",
           .help = "Write into a new file with mode 0600 instead of to standard output",
           .completes = Completes::files},
          {.name = "format",
           .kind = Kind::choice,
           .value_name = "FORMAT",
           .help = "The file's form; without it csv, or on standard output what -o json says",
           .choices = {"csv", "json"}},
          {.name = "force", .letter = 'f', .help = "Replace the file if it is there already"}};
}

Status check_export(const Arguments& arguments, Context& context) {
  const auto out = arguments.maybe("out");
  if (out && !arguments.flag("force") && std::filesystem::exists(*out)) {
    return Error{.code = Errc::invalid_argument,
                 .message = *out + " exists already",
                 .hint = "choose another name, or replace it with --force"};
  }
  if (!out && arguments.text("format") == "csv" && context.output().is_json()) {
    return Error{.code = Errc::invalid_argument,
                 .message = "--format csv and -o json exclude each other",
                 .hint = "leave one of them out, or write a file with --out"};
  }
  return Unit{};
}

Status export_records(const Arguments& arguments,
                      Context& context,
                      const std::vector<std::string_view>& members,
                      const std::vector<Record>& records) {
  auto& output = context.output();
  const auto out = arguments.maybe("out");
  if (!out) {
    if (output.is_json() || output.format() == Format::id) {
      output.list({}, records);
    } else {
      const auto text = text_of(arguments, context, members, records);
      output.text(output.format() == Format::table ? for_terminal(text) : text);
    }
    return Unit{};
  }
  const auto text = text_of(arguments, context, members, records);
  auto written =
      arguments.flag("force") ? replace_private_file(*out, text) : write_private_file(*out, text);
  if (!written) return written;
  const auto count = std::to_string(records.size());
  output.done("wrote " + count + " to " + *out,
              {.cells = {{*out}, {count}},
               .json = {{"file", *out}, {"count", records.size()}},
               .id = *out});
  return Unit{};
}

}  // namespace bot::cli
