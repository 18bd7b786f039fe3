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

Status check_numbers(const Ids& ids, const Bulk& bulk) {
  for (const auto& id : ids) {
    if (parse_int(id)) continue;
    return Error{.code = Errc::invalid_argument,
                 .message = "'" + escape_for_terminal(id) + "' is not the id of a " +
                            std::string(bulk.noun)};
  }
  return Unit{};
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
  if (bulk.ids == IdKind::number && !bulk.look_up) {
    if (auto checked = check_numbers(ids, bulk); !checked) return checked.error();
  }
  return ids;
}

types::Json json_id(const std::string& id, const Bulk& bulk) {
  const auto number = parse_int(id);
  if (bulk.ids == IdKind::number && number) return *number;
  return id;
}

const std::vector<Column>& result_columns() {
  static const std::vector<Column> columns = {{"ID", Shrinks::no}, {"RESULT"}, {"ERROR"}};
  return columns;
}

Record succeeded(const std::string& id, const std::string& now, const Bulk& bulk) {
  return {.cells = {{id}, {now}, {""}},
          .json = {{"id", json_id(id, bulk)}, {"ok", true}, {"status", now}},
          .id = id};
}

Record refused(const std::string& id, const Error& error, const Bulk& bulk) {
  return {.cells = {{id}, {"error", Style::red}, {error.message}},
          .json = {{"id", json_id(id, bulk)}, {"ok", false}, {"error", error.message}},
          .id = id};
}

// What is true of one is true of all that follow.
bool ends_all(const Error& error) {
  return error.code == Errc::cancelled || error.code == Errc::timeout ||
         error.code == Errc::unreachable || error.code == Errc::unauthenticated;
}

struct Done {
  std::string id;
  std::string now;
};

Result<Done> act_on(const std::string& word, const Bulk& bulk) {
  auto id = bulk.look_up ? bulk.look_up(word) : Result<std::string>(word);
  if (!id) return std::move(id).error();
  auto now = bulk.act(*id);
  if (!now) return std::move(now).error();
  return Done{.id = std::move(id).value(), .now = std::move(now).value()};
}

Status do_to_one(Context& context, const std::string& word, const Bulk& bulk) {
  const auto done = act_on(word, bulk);
  if (!done) return done.error();
  context.output().done(std::string(bulk.noun) + " " + done->id + " is " + done->now,
                        succeeded(done->id, done->now, bulk));
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

using DoToOne = std::function<Result<Record>(const std::string& id)>;

// Tells how it went with each, up to what would go wrong for all that follow.
Status tell_each(Context& context, const Ids& ids, const Bulk& bulk, const DoToOne& one) {
  std::vector<Error> failures;
  std::optional<Error> end;
  std::vector<Record> records;
  for (const auto& id : ids) {
    auto record = one(id);
    if (record) {
      records.push_back(std::move(record).value());
      continue;
    }
    if (ends_all(record.error())) {
      end = record.error();
      break;
    }
    if (ids.size() > 1) context.warn(id + ": " + record.error().message);
    records.push_back(refused(id, record.error(), bulk));
    failures.push_back(std::move(record).error());
  }
  context.output().list(result_columns(), records);
  if (end) return *end;
  return verdict_of(failures, ids, bulk);
}

Status do_to_each(Context& context, const Ids& ids, const Bulk& bulk) {
  return tell_each(context, ids, bulk, [&](const std::string& id) -> Result<Record> {
    const auto done = act_on(id, bulk);
    if (!done) return done.error();
    return succeeded(done->id, done->now, bulk);
  });
}

// Those that filters have selected were looked at for that; of those that are named nothing is
// known.
enum class Origin { named, standard_input, selected };

Status show_dry_run(Context& context, const Ids& ids, const Bulk& bulk, Origin origin) {
  const auto would = "would be " + std::string(bulk.done);
  std::size_t count = 0;
  auto told = tell_each(context, ids, bulk, [&](const std::string& id) -> Result<Record> {
    if (origin != Origin::selected) {
      if (auto could = bulk.could(id); !could) return could.error();
    }
    ++count;
    return Record{.cells = {{id}, {would}, {""}},
                  .json = {{"id", json_id(id, bulk)}, {"dry_run", true}},
                  .id = id};
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
    context.output().list(result_columns(), {});
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
