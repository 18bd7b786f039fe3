#include "cli/export.hpp"

#include <filesystem>
#include <ostream>
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

// In these words, not in the environment: there --format has the last say.
bool says_output(const Arguments& arguments) {
  return arguments.flag("json") || (arguments.source_of("output") == Source::command_line &&
                                    arguments.text("output") != "auto");
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

// A device, a pipe or a link would be gone, and what stands behind it would never be written.
Status check_replaceable(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto what = std::filesystem::symlink_status(path, ignored).type();
  if (what == std::filesystem::file_type::not_found ||
      what == std::filesystem::file_type::regular) {
    return Unit{};
  }
  return Error{.code = Errc::invalid_argument,
               .message = path.string() + " is not a regular file",
               .hint = "choose another name, or write to standard output"};
}

// Never half of it: whoever reads the file meanwhile reads the old one.
Status replace_private_file(const std::filesystem::path& path, const std::string& text) {
  if (auto sound = check_replaceable(path); !sound) return sound;
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
  if (const auto out = arguments.maybe("out")) {
    if (arguments.flag("force")) return check_replaceable(*out);
    std::error_code ignored;
    if (!std::filesystem::exists(std::filesystem::symlink_status(*out, ignored))) return Unit{};
    return Error{.code = Errc::invalid_argument,
                 .message = *out + " exists already",
                 .hint = "choose another name, or replace it with --force"};
  }
  const bool same = arguments.text("format") == "json" && context.output().format() == Format::json;
  if (arguments.has("format") && says_output(arguments) && !same) {
    return Error{.code = Errc::invalid_argument,
                 .message = "--format " + arguments.text("format") + " and " +
                            (arguments.flag("json") ? "--json" : "-o " + arguments.text("output")) +
                            " exclude each other",
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
    if (!arguments.has("format") && (output.is_json() || output.format() == Format::id)) {
      output.list({}, records);
    } else {
      const auto text = text_of(arguments, context, members, records);
      output.stream() << (output.format() == Format::table ? for_terminal(text) : text);
      output.stream().flush();
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
