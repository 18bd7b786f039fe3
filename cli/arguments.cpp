#include "cli/arguments.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace bot::cli {
namespace {

Error wrong(const std::string& where, const std::string& text, const std::string& expected) {
  return Error{.code = Errc::invalid_argument,
               .message = where + ": '" + escape_for_terminal(text) + "' is not " + expected};
}

Status check_choice(const Option& option, const std::string& where, const std::string& text) {
  if (option.choices.empty()) return Unit{};
  const auto& choices = option.choices;
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) return Unit{};
  const std::vector<std::string> names(choices.begin(), choices.end());
  Error error = wrong(where, text, "one of " + join(names, ", "));
  if (const auto near = nearest(text, names)) error.hint = "did you mean '" + *near + "'?";
  return error;
}

Status check_integer(const Option& option, const std::string& where, const std::string& text) {
  const auto value = parse_int(text);
  if (!value) return wrong(where, text, "a whole number");
  if (*value < option.least) {
    return wrong(where, text, "at least " + std::to_string(option.least));
  }
  if (*value > option.most) return wrong(where, text, "at most " + std::to_string(option.most));
  return Unit{};
}

// Flags come as "true" from the command line and as words from elsewhere.
Result<std::string> read_flag(const std::string& where, const std::string& text) {
  const auto lower = to_lower(text);
  if (lower == "1" || lower == "true" || lower == "yes" || lower == "on") return std::string("1");
  if (lower == "0" || lower == "false" || lower == "no" || lower == "off") return std::string("0");
  return wrong(where, text, "a yes or no");
}

Result<std::string> read_count(const std::string& where, const std::string& text) {
  if (text == "true") return std::string("1");
  const auto value = parse_int(text);
  if (!value || *value < 0 || *value > 3) return wrong(where, text, "a number from 0 to 3");
  return std::to_string(*value);
}

std::vector<std::string> split_list(const std::vector<std::string>& texts) {
  std::vector<std::string> items;
  for (const auto& text : texts) {
    for (const auto item : split(text, ',')) {
      if (!trim(item).empty()) items.emplace_back(trim(item));
    }
  }
  return items;
}

Result<std::string> read_one(const Option& option,
                             const std::string& where,
                             const std::string& text) {
  Status status = Unit{};
  switch (option.kind) {
    case Kind::flag:
      return read_flag(where, text);
    case Kind::counted_flag:
      return read_count(where, text);
    case Kind::integer:
      status = check_integer(option, where, text);
      break;
    case Kind::duration:
      if (const auto parsed = parse_duration(text); !parsed) {
        Error error = parsed.error();
        error.message = where + ": " + error.message;
        return error;
      }
      break;
    case Kind::choice:
    case Kind::list:
    case Kind::optional_text:
      status = check_choice(option, where, text);
      break;
    case Kind::text:
    case Kind::path:
      if (text.empty()) status = wrong(where, text, "a value");
      break;
  }
  if (!status) return status.error();
  return text;
}

std::size_t total(const std::vector<std::string>& counts) {
  std::size_t sum = 0;
  for (const auto& each : counts)
    sum += static_cast<std::size_t>(parse_int(each).value_or(0));
  return sum;
}

}  // namespace

Status Arguments::set(const Option& option,
                      std::vector<std::string> texts,
                      Source source,
                      const std::string& where) {
  if (option.kind == Kind::list) texts = split_list(texts);
  Value value{.texts = {}, .source = source};
  for (const auto& text : texts) {
    auto read = read_one(option, where, text);
    if (!read) return read.error();
    value.texts.push_back(std::move(read).value());
  }
  if (option.kind == Kind::counted_flag) {
    value.texts = {std::to_string(std::min<std::size_t>(total(value.texts), 3))};
  } else if (!repeats(option) && value.texts.size() > 1) {
    value.texts = {value.texts.back()};
  }
  values_.insert_or_assign(std::string(option.name), std::move(value));
  return Unit{};
}

void Arguments::set_positional(std::string_view name, std::vector<std::string> texts) {
  values_.insert_or_assign(std::string(name),
                           Value{.texts = std::move(texts), .source = Source::command_line});
}

const Arguments::Value* Arguments::find(std::string_view name) const {
  const auto found = values_.find(name);
  if (found != values_.end()) return &found->second;
  const auto& positionals = command_->positionals;
  const bool known = find_option(command_, name) != nullptr ||
                     std::any_of(positionals.begin(), positionals.end(), [&](const auto& p) {
                       return p.name == name;
                     });
  if (!known) throw std::logic_error(command_->path() + " has no argument " + std::string(name));
  return nullptr;
}

bool Arguments::has(std::string_view name) const {
  const auto* value = find(name);
  return value != nullptr && !value->texts.empty();
}

std::optional<Source> Arguments::source_of(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  return value->source;
}

bool Arguments::flag(std::string_view name) const {
  return text(name) == "1";
}

std::size_t Arguments::count(std::string_view name) const {
  const auto* value = find(name);
  return value == nullptr ? 0 : total(value->texts);
}

const std::string& Arguments::text(std::string_view name) const {
  static const std::string none;
  const auto* value = find(name);
  return value == nullptr || value->texts.empty() ? none : value->texts.front();
}

std::optional<std::string> Arguments::maybe(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  return text(name);
}

std::optional<std::int64_t> Arguments::integer(std::string_view name) const {
  return parse_int(text(name));
}

std::optional<Millis> Arguments::duration(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  auto parsed = parse_duration(text(name));
  if (!parsed) return std::nullopt;
  return *parsed;
}

const std::vector<std::string>& Arguments::list(std::string_view name) const {
  static const std::vector<std::string> none;
  const auto* value = find(name);
  return value == nullptr ? none : value->texts;
}

}  // namespace bot::cli
