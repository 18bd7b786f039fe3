#include "cli/bulk.hpp"

#include <algorithm>
#include <cctype>
#include <istream>
#include <optional>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/exit_code.hpp"

namespace bot::cli {
namespace {

using Ids = std::vector<std::string>;

std::string capitalized(std::string_view word) {
  std::string text(word);
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string options_text(const std::vector<std::string_view>& names) {
  std::vector<std::string> spelled;
  for (const auto name : names)
    spelled.push_back("--" + std::string(name));
  return join(spelled, ", ");
}

Ids lines_of(std::istream& in) {
  Ids ids;
  for (std::string line; std::getline(in, line);) {
    if (!trim(line).empty()) ids.emplace_back(trim(line));
  }
  return ids;
}

bool is_selection(const Arguments& arguments, const Bulk& bulk) {
  return std::any_of(bulk.filters.begin(), bulk.filters.end(), [&](const auto name) {
    return arguments.has(name);
  });
}

Status check_word(const std::string& word, const Bulk& bulk) {
  if (bulk.check) return bulk.check(word);
  if (bulk.ids == IdKind::text || parse_int(word)) return Unit{};
  return Error{.code = Errc::invalid_argument,
               .message = "'" + escape_for_terminal(word) + "' is not the id of a " +
                          std::string(bulk.noun)};
}

Result<Ids> ids_of(const Arguments& arguments, Context& context, const Bulk& bulk) {
  const bool named = arguments.has(bulk.positional);
  const bool selected = is_selection(arguments, bulk);
  if (named && selected) {
    return Error{.code = Errc::invalid_argument,
                 .message = "ids and filters exclude each other",
                 .hint = "name the " + std::string(bulk.noun) + "s, or select them with " +
                         options_text(bulk.filters)};
  }
  if (selected) return bulk.select();
  if (!named) {
    return Error{.code = Errc::invalid_argument,
                 .message = "this needs ids or a filter",
                 .hint = "name the " + std::string(bulk.noun) + "s, or select them with " +
                         options_text(bulk.filters)};
  }
  Ids ids = arguments.list(bulk.positional);
  if (ids.size() == 1 && ids.front() == "-") ids = lines_of(context.in());
  for (const auto& word : ids) {
    if (auto sound = check_word(word, bulk); !sound) return std::move(sound).error();
  }
  return ids;
}

// What a word means, as far as that is known.
struct Subject {
  std::string word;
  std::optional<std::string> id;
};

types::Json json_id(const Subject& subject, const Bulk& bulk) {
  if (!subject.id) return nullptr;
  const auto number = parse_int(*subject.id);
  if (bulk.ids == IdKind::number && number) return *number;
  return *subject.id;
}

std::vector<Column> result_columns(const Bulk& bulk) {
  std::vector<Column> columns = {{"ID", Shrinks::no}, {"RESULT"}, {"ERROR"}};
  if (bulk.look_up) columns.push_back({"NAMED", Shrinks::no});
  return columns;
}

struct Told {
  Cell result;
  std::string error = {};
  types::Json json;  // beside what it is about
};

Record record_of(const Subject& subject, const Told& told, const Bulk& bulk) {
  Record record{.cells = {{subject.id.value_or("")}, told.result, {told.error}},
                .json = {{"id", json_id(subject, bulk)}},
                .id = subject.id.value_or(subject.word)};
  if (bulk.look_up) {
    record.cells.push_back({subject.word});
    record.json[std::string(bulk.positional)] = subject.word;
  }
  record.json.update(told.json);
  return record;
}

Record succeeded(const Subject& subject, const std::string& now, const Bulk& bulk) {
  return record_of(subject, {.result = {now}, .json = {{"ok", true}, {"status", now}}}, bulk);
}

Record refused(const Subject& subject, const Error& error, const Bulk& bulk) {
  return record_of(subject,
                   {.result = {"error", Style::red},
                    .error = error.message,
                    .json = {{"ok", false}, {"error", error.message}}},
                   bulk);
}

// What is true of one is true of all that follow.
bool ends_all(const Error& error) {
  return error.code == Errc::cancelled || error.code == Errc::timeout ||
         error.code == Errc::unreachable || error.code == Errc::unauthenticated;
}

Subject subject_of(const std::string& word, const Bulk& bulk) {
  Subject subject{.word = word, .id = std::nullopt};
  if (!bulk.look_up) subject.id = word;
  return subject;
}

// What it is now. `subject` gets its id, also when it cannot be done to it.
Result<std::string> act_on(Subject& subject, const Bulk& bulk) {
  if (!subject.id) {
    auto id = bulk.look_up(subject.word);
    if (!id) return id;
    subject.id = std::move(id).value();
  }
  return bulk.act(*subject.id);
}

// "job a", "account ada (42)"
std::string name_of(const Subject& subject, const Bulk& bulk) {
  auto name = std::string(bulk.noun) + " " + subject.word;
  if (!subject.id || *subject.id == subject.word) return name;
  return name + " (" + *subject.id + ")";
}

Status do_to_one(Context& context, const std::string& word, const Bulk& bulk) {
  auto subject = subject_of(word, bulk);
  const auto now = act_on(subject, bulk);
  if (!now) return now.error();
  context.output().done(name_of(subject, bulk) + " is " + *now, succeeded(subject, *now, bulk));
  return Unit{};
}

// What failed, of all.
Status verdict_of(const std::vector<Error>& failures, const Ids& ids, const Bulk& bulk) {
  if (failures.empty()) return Unit{};
  if (ids.size() == 1) return failures.front();
  Error error{.code = Errc::partial,
              .message = std::to_string(failures.size()) + " of " + counted(ids.size(), bulk.noun) +
                         " could not be " + std::string(bulk.done)};
  if (failures.size() < ids.size()) return error;
  const auto& first = failures.front();
  const bool alike = std::all_of(failures.begin(), failures.end(), [&](const auto& each) {
    return exit_code_of(each) == exit_code_of(first);
  });
  error.code = alike ? first.code : Errc::failed;
  error.http_status = alike ? first.http_status : std::nullopt;
  return error;
}

using DoToOne = std::function<Result<Record>(Subject& subject)>;

// Tells how it went with each, up to what would go wrong for all that follow.
Status tell_each(Context& context, const Ids& ids, const Bulk& bulk, const DoToOne& one) {
  std::vector<Error> failures;
  std::optional<Error> end;
  std::vector<Record> records;
  for (const auto& id : ids) {
    auto subject = subject_of(id, bulk);
    auto record = one(subject);
    if (record) {
      records.push_back(std::move(record).value());
      continue;
    }
    if (ends_all(record.error())) {
      end = record.error();
      break;
    }
    if (ids.size() > 1) context.warn(id + ": " + record.error().message);
    records.push_back(refused(subject, record.error(), bulk));
    failures.push_back(std::move(record).error());
  }
  context.output().list(result_columns(bulk), records);
  if (end) return *end;
  return verdict_of(failures, ids, bulk);
}

Status do_to_each(Context& context, const Ids& ids, const Bulk& bulk) {
  return tell_each(context, ids, bulk, [&](Subject& subject) -> Result<Record> {
    const auto now = act_on(subject, bulk);
    if (!now) return now.error();
    return succeeded(subject, *now, bulk);
  });
}

// Those that filters have selected were looked at for that; of those that are named nothing is
// known.
enum class Origin { named, standard_input, selected };

Status show_dry_run(Context& context, const Ids& ids, const Bulk& bulk, Origin origin) {
  const auto would = "would be " + std::string(bulk.done);
  std::size_t count = 0;
  auto told = tell_each(context, ids, bulk, [&](Subject& subject) -> Result<Record> {
    if (origin != Origin::selected) {
      if (auto could = bulk.could(subject.word); !could) return could.error();
    }
    ++count;
    return record_of(subject, {.result = {would}, .json = {{"dry_run", true}}}, bulk);
  });
  context.note(counted(count, bulk.noun) + " " + would);
  return told;
}

Origin origin_of(const Arguments& arguments, const Bulk& bulk) {
  if (is_selection(arguments, bulk)) return Origin::selected;
  const auto& named = arguments.list(bulk.positional);
  return named.size() == 1 && named.front() == "-" ? Origin::standard_input : Origin::named;
}

bool asks(const Bulk& bulk, Origin origin) {
  return bulk.asks == Asks::always || (bulk.asks == Asks::of_selections && origin != Origin::named);
}

}  // namespace

std::string counted(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

Status run_bulk(const Arguments& arguments, Context& context, const Bulk& bulk) {
  const auto ids = ids_of(arguments, context, bulk);
  if (!ids) return ids.error();
  if (ids->empty()) {
    context.output().list(result_columns(bulk), {});
    context.note("no " + std::string(bulk.noun) + "s");
    return Unit{};
  }
  const auto origin = origin_of(arguments, bulk);
  if (!bulk.filters.empty() && arguments.flag("dry-run")) {
    return show_dry_run(context, *ids, bulk, origin);
  }
  if (asks(bulk, origin)) {
    const auto question = capitalized(bulk.verb) + " " + counted(ids->size(), bulk.noun) + "?";
    if (auto sure = context.confirm(question, arguments); !sure) return sure;
  }
  const bool one = ids->size() == 1 && origin == Origin::named;
  return one ? do_to_one(context, ids->front(), bulk) : do_to_each(context, *ids, bulk);
}

}  // namespace bot::cli
