#include "server/store/copy.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"

namespace bot::store {
namespace {

// How a table is read in pages.
enum class Paging {
  by_key,     // each after the integer that the one before ended with
  of_jobs,    // each after the job, in the order of jobs, and the unit
  by_places,  // each after so many rows: for small tables only
};

struct Table {
  std::string_view name;
  // A unique key that both engines sort the same way; {text} follows each TEXT column. "id" is
  // numbered by the engine.
  std::string_view order;
  Paging paging = Paging::by_key;

  bool numbered() const { return order == "id"; }
};

// Where a page ended.
struct Place {
  std::int64_t key = 0;  // or how many rows, or the job's item
  std::int64_t unit = 0;
};

// Each after those it refers to.
constexpr std::array<Table, 19> tables{{
    {"users", "id"},
    {"api_tokens", "id"},
    {"meetings", "id"},
    {"meeting_sessions", "id"},
    {"transcriptions", "id"},
    {"speech_sessions", "id"},
    {"speaker_events", "id"},
    {"bot_commands", "id"},
    {"webhook_deliveries", "id"},
    {"audit_log", "id"},
    {"queue_items", "id"},
    {"jobs", "item_id"},
    {"accounts", "user_id"},
    {"job_events", "id"},
    {"job_units", "jobs.item_id, job_units.unit", Paging::of_jobs},
    // Hashes and our own names: ASCII, compared here byte by byte.
    {"paused_lanes", "lane{text}", Paging::by_places},
    {"queue_days", "lane{text}, day", Paging::by_places},
    {"idempotency_keys", "scope{text}, key_sha256{text}", Paging::by_places},
    {"settings", "key{text}", Paging::by_places},
}};

constexpr std::int64_t rows_at_once = 200;

sql::Rows page(sql::Connection& connection, const Table& table, const Place& after) {
  const auto statement = "SELECT " + std::string(table.name) + ".* FROM " + std::string(table.name);
  std::string order(table.order);
  switch (table.paging) {
    case Paging::by_key:
      return connection.query(
          statement + " WHERE " + order + " > $1 ORDER BY " + order + " LIMIT $2",
          {after.key, rows_at_once});
    case Paging::of_jobs:
      return connection.query(statement +
                                  " JOIN jobs ON jobs.id = job_units.job_id"
                                  " WHERE jobs.item_id >= $1"
                                  " AND (jobs.item_id > $1 OR job_units.unit > $2) ORDER BY " +
                                  order + " LIMIT $3",
                              {after.key, after.unit, rows_at_once});
    case Paging::by_places:
      break;
  }
  const bool collates = connection.dialect().name == "postgresql";
  order = replace_all(std::move(order), "{text}", collates ? " COLLATE \"C\"" : "");
  return connection.query(statement + " ORDER BY " + order + " LIMIT $1 OFFSET $2",
                          {rows_at_once, after.key});
}

// REQUIRES: the page is not empty.
Place end_of(sql::Connection& connection,
             const Table& table,
             const Place& after,
             const sql::Rows& page) {
  const auto last = page[page.size() - 1];
  switch (table.paging) {
    case Paging::by_key:
      return {.key = last.integer(table.order)};
    case Paging::of_jobs: {
      const auto job =
          connection.query("SELECT item_id FROM jobs WHERE id = $1", {last.text("job_id")});
      return {.key = job[0].integer(std::size_t{0}), .unit = last.integer("unit")};
    }
    case Paging::by_places:
      break;
  }
  return {.key = after.key + static_cast<std::int64_t>(page.size())};
}

void insert(sql::Connection& connection, const Table& table, const sql::Rows& rows) {
  std::string statement =
      "INSERT INTO " + std::string(table.name) + " (" + join(rows.names(), ", ") + ") VALUES ";
  std::vector<sql::Value> values;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    statement += row == 0 ? "(" : ", (";
    for (std::size_t column = 0; column < rows.names().size(); ++column) {
      values.push_back(rows.values(row)[column]);
      statement += (column == 0 ? "$" : ", $") + std::to_string(values.size());
    }
    statement += ")";
  }
  connection.query(statement, values);
}

// PostgreSQL numbers on from where its own counting stands.
void number_on(sql::Connection& connection, const Table& table) {
  if (!table.numbered() || connection.dialect().name != "postgresql") return;
  const std::string name(table.name);
  connection.query("SELECT setval(pg_get_serial_sequence('" + name +
                   "', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM " + name + "), false)");
}

bool holds_something(sql::Connection& connection) {
  return std::any_of(tables.begin(), tables.end(), [&](const Table& table) {
    if (table.name == "settings") return false;
    return !connection.query("SELECT 1 FROM " + std::string(table.name) + " LIMIT 1").empty();
  });
}

// SQLite gives truth values as 0 and 1.
bool same(const sql::Value& a, const sql::Value& b) {
  const auto plain = [](const sql::Value& value) {
    const auto* truth = std::get_if<bool>(&value.held());
    return truth != nullptr ? sql::Value(std::int64_t{*truth ? 1 : 0}).held() : value.held();
  };
  return plain(a) == plain(b);
}

bool same(const sql::Rows& a, const sql::Rows& b) {
  if (a.size() != b.size()) return false;
  // The columns may stand in another order.
  std::vector<std::size_t> place_in_b;
  for (const auto& name : a.names()) {
    const auto found = std::find(b.names().begin(), b.names().end(), name);
    if (found == b.names().end()) return false;
    place_in_b.push_back(static_cast<std::size_t>(found - b.names().begin()));
  }
  for (std::size_t row = 0; row < a.size(); ++row) {
    for (std::size_t column = 0; column < place_in_b.size(); ++column) {
      if (!same(a.values(row)[column], b.values(row)[place_in_b[column]])) return false;
    }
  }
  return true;
}

// Counts the rows that are the same in both, up to the first page that differs.
Result<std::int64_t> compare(sql::Connection& from, sql::Connection& to, const Table& table) {
  std::int64_t rows = 0;
  Place after;
  while (true) {
    const auto wanted = page(from, table, after);
    const auto found = page(to, table, after);
    if (!same(wanted, found)) {
      return Error{.code = Errc::conflict,
                   .message = "the copy of the table " + std::string(table.name) +
                              " differs from the original after row " + std::to_string(rows)};
    }
    if (wanted.empty()) return rows;
    rows += static_cast<std::int64_t>(wanted.size());
    after = end_of(from, table, after, wanted);
  }
}

// Servers and workers that are there say so themselves, and what they lead; how often a key has
// asked is of this minute.
bool is_of_the_moment(std::string_view table) {
  return table == "replicas" || table == "workers" || table == "leases" ||
         table == "generate_windows";
}

// A table that a later step of the schema added and nobody added above would be left behind.
void require_all_known(sql::Connection& connection) {
  const auto stored = connection.query(connection.dialect().tables);
  for (const sql::Row row : stored) {
    const auto& name = row.text("name");
    const auto known = [&](const Table& table) { return table.name == name; };
    if (name == "schema_version" || is_of_the_moment(name)) continue;
    if (std::any_of(tables.begin(), tables.end(), known)) continue;
    throw sql::Fault("the table " + name + " is not one that is copied");
  }
}

Result<std::vector<CopiedTable>> copy_all(sql::Connection& from, sql::Connection& to) {
  require_all_known(from);
  if (holds_something(to)) {
    return Error{.code = Errc::conflict,
                 .message = "the target database is not empty",
                 .hint = "name a new one, or a schema of its own"};
  }
  to.query("DELETE FROM settings");
  std::vector<CopiedTable> copied;
  for (const auto& table : tables) {
    Place after;
    for (auto rows = page(from, table, after); !rows.empty(); rows = page(from, table, after)) {
      insert(to, table, rows);
      after = end_of(from, table, after, rows);
    }
    number_on(to, table);
    auto rows = compare(from, to, table);
    if (!rows) return std::move(rows).error();
    copied.push_back({std::string(table.name), *rows});
  }
  return copied;
}

}  // namespace

Result<std::vector<CopiedTable>> copy_database(Database& from, Database& to) {
  return from.read([&](sql::Connection& source) -> Result<std::vector<CopiedTable>> {
    return to.write([&](sql::Connection& target) { return copy_all(source, target); });
  });
}

}  // namespace bot::store
