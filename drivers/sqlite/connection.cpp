#include "drivers/sqlite/connection.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/text.hpp"

namespace bot::sql {

namespace {

std::string next_id_in(std::string_view table) {
  return "(SELECT COALESCE(MAX(seq), 0) + 1 FROM sqlite_sequence WHERE name = '" +
         std::string(table) + "')";
}

}  // namespace

const Dialect sqlite_dialect = {
    .name = "sqlite",
    .begin = "BEGIN IMMEDIATE",
    .for_update = "",
    .skip_locked = "",
    .identity_column = "INTEGER PRIMARY KEY AUTOINCREMENT",
    .tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    .next_id = next_id_in,
};

namespace {

constexpr std::size_t max_statements = 256;
constexpr std::size_t most_reserved = 4096;

constexpr const char* told_of_a_full_disk = "the disk of the database is full; try again later";
constexpr const char* told_when_busy = "the database is busy; try again";
constexpr const char* told_when_away = "the database cannot be reached; try again";

[[noreturn]] void raise(sqlite3* database, int code, const std::string& doing) {
  const std::string why = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  const std::string text = "the database refused " + doing + ": " + why;
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      throw Fault(std::string("the file ") + sqlite3_db_filename(database, "main") +
                  " is not a database");
    case SQLITE_FULL:
      throw Unavailable("the disk of the database is full, while " + doing, told_of_a_full_disk);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      throw Unavailable(text, told_when_busy);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
      throw Unavailable(text, told_when_away);
    default:
      throw Fault(text);
  }
}

[[noreturn]] void raise_errno(const std::string& doing) {
  throw Unavailable(doing + ": " + std::generic_category().message(errno), told_when_away);
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

void sync_folder_of(const std::filesystem::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.number() < 0 || ::fsync(descriptor.number()) != 0)
    raise_errno("cannot sync the folder " + folder.string());
}

// SQLite gives its -wal and -shm files the mode of the database file.
void make_private(const std::string& path) {
  const Descriptor descriptor(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (descriptor.number() < 0) raise_errno("cannot open the database " + path);
  struct stat status {};
  if (::fstat(descriptor.number(), &status) != 0) raise_errno("cannot read the mode of " + path);
  if ((status.st_mode & 077) != 0 && ::fchmod(descriptor.number(), 0600) != 0)
    raise_errno("cannot make the database " + path + " private");
  if (status.st_size == 0) sync_folder_of(path);
}

sqlite3* open_handle(const SqliteOptions& options) {
  const bool writes = options.access == SqliteOptions::Access::read_write;
  if (writes && options.path != ":memory:") make_private(options.path);
  // A reader too has to write the files beside the database that its readers share.
  const int flags = SQLITE_OPEN_READWRITE | (writes ? SQLITE_OPEN_CREATE : 0) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* database = nullptr;
  const char* vfs = options.vfs.empty() ? nullptr : options.vfs.c_str();
  const int code = sqlite3_open_v2(options.path.c_str(), &database, flags, vfs);
  if (code != SQLITE_OK) {
    const std::string why = sqlite3_errstr(code);
    sqlite3_close_v2(database);
    throw Unavailable("cannot open the database " + options.path + ": " + why, told_when_away);
  }
  return database;
}

}  // namespace

void SqliteConnection::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

void SqliteConnection::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteConnection::SqliteConnection(const SqliteOptions& options)
    : path_(options.path), database_(open_handle(options)) {
  sqlite3_busy_timeout(database_.get(), static_cast<int>(options.busy_timeout.count()));
  if (options.access == SqliteOptions::Access::read_write) {
    query("PRAGMA journal_mode = WAL");
  } else {
    query("PRAGMA query_only = ON");
  }
  query("PRAGMA synchronous = FULL");
  query("PRAGMA foreign_keys = ON");
  query("PRAGMA temp_store = MEMORY");
  // In pages: hot pages reach the database file once for many commits.
  query("PRAGMA wal_autocheckpoint = 4000");
  query("PRAGMA journal_size_limit = 67108864");
  query("PRAGMA cache_size = -" + std::to_string(options.cache_kib));
}

SqliteConnection::~SqliteConnection() = default;

const Dialect& SqliteConnection::dialect() const {
  return sqlite_dialect;
}

bool SqliteConnection::in_transaction() const {
  return sqlite3_get_autocommit(database_.get()) == 0;
}

std::int64_t SqliteConnection::total_changes() const {
  return sqlite3_total_changes64(database_.get());
}

SqliteConnection::Statement& SqliteConnection::prepared(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return found->second;
  if (statements_.size() >= max_statements) statements_.clear();

  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(),
                                      sql.data(),
                                      static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT,
                                      &handle,
                                      nullptr);
  if (code != SQLITE_OK) raise(database_.get(), code, "to prepare: " + beginning_of(sql));
  Statement statement;
  statement.handle.reset(handle);
  for (int i = 1; i <= sqlite3_bind_parameter_count(handle); ++i) {
    const char* name = sqlite3_bind_parameter_name(handle, i);
    const auto number = name != nullptr && *name == '$' ? parse_int(name + 1) : std::nullopt;
    if (!number || *number < 1)
      throw Fault("a placeholder is not of the form $1 in: " + beginning_of(sql));
    statement.parameters.push_back(static_cast<std::size_t>(*number - 1));
    statement.wanted = std::max(statement.wanted, static_cast<std::size_t>(*number));
  }
  Rows::Names names;
  for (int i = 0; i < sqlite3_column_count(handle); ++i)
    names.emplace_back(sqlite3_column_name(handle, i));
  statement.names = std::make_shared<const Rows::Names>(std::move(names));
  return statements_.emplace(std::string(sql), std::move(statement)).first->second;
}

void SqliteConnection::bind(Statement& statement,
                            std::string_view sql,
                            std::span<const Value> values) {
  if (values.size() != statement.wanted)
    throw Fault(std::to_string(values.size()) + " values were given for " +
                std::to_string(statement.wanted) + " placeholders in: " + beginning_of(sql));
  sqlite3_stmt* handle = statement.handle.get();
  for (std::size_t i = 0; i < statement.parameters.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    const auto& held = values[statement.parameters[i]].held();
    int code = SQLITE_OK;
    if (const auto* integer = std::get_if<std::int64_t>(&held)) {
      code = sqlite3_bind_int64(handle, number, *integer);
    } else if (const auto* real = std::get_if<double>(&held)) {
      code = sqlite3_bind_double(handle, number, *real);
    } else if (const auto* text = std::get_if<std::string>(&held)) {
      // Not copied: the values outlive the statement's run.
      code = sqlite3_bind_text64(
          handle, number, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
    } else if (const auto* boolean = std::get_if<bool>(&held)) {
      code = sqlite3_bind_int64(handle, number, *boolean ? 1 : 0);
    } else {
      code = sqlite3_bind_null(handle, number);
    }
    if (code != SQLITE_OK) raise(database_.get(), code, "a value in: " + beginning_of(sql));
  }
}

namespace {

Value column_of(sqlite3_stmt* handle, int column) {
  switch (sqlite3_column_type(handle, column)) {
    case SQLITE_INTEGER:
      return sqlite3_column_int64(handle, column);
    case SQLITE_FLOAT:
      return sqlite3_column_double(handle, column);
    case SQLITE_NULL:
      return nullptr;
    default: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle, column));
      const auto length = static_cast<std::size_t>(sqlite3_column_bytes(handle, column));
      return std::string(text != nullptr ? text : "", text != nullptr ? length : 0);
    }
  }
}

// Leaves the statement ready for its next run, whatever happened.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(sqlite3_stmt* handle) : handle_(handle) {}
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;
  ~ResetAtEnd() {
    sqlite3_reset(handle_);
    sqlite3_clear_bindings(handle_);
  }

 private:
  sqlite3_stmt* handle_;
};

}  // namespace

Rows SqliteConnection::step_through(Statement& statement, std::string_view sql) {
  sqlite3_stmt* handle = statement.handle.get();
  const int columns = static_cast<int>(statement.names->size());
  std::vector<Value> values;
  values.reserve(statement.usual);
  int code = SQLITE_OK;
  while ((code = sqlite3_step(handle)) == SQLITE_ROW) {
    for (int column = 0; column < columns; ++column)
      values.push_back(column_of(handle, column));
  }
  if (code != SQLITE_DONE) raise(database_.get(), code, "to run: " + beginning_of(sql));
  statement.usual = std::min(values.size(), most_reserved);
  const bool reads = sqlite3_stmt_readonly(handle) != 0;
  const auto changed = reads ? 0 : sqlite3_changes64(database_.get());
  return Rows(statement.names, std::move(values), static_cast<std::size_t>(changed));
}

Rows SqliteConnection::query(std::string_view sql, std::span<const Value> values) {
  Statement& statement = prepared(sql);
  const ResetAtEnd reset(statement.handle.get());
  bind(statement, sql, values);
  return step_through(statement, sql);
}

namespace {

struct CloseHandle {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};

// Into a file that is there and empty.
void copy_all(sqlite3* from, const std::filesystem::path& to) {
  sqlite3* opened = nullptr;
  const int code =
      sqlite3_open_v2(to.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, nullptr);
  const std::unique_ptr<sqlite3, CloseHandle> target(opened);
  if (code != SQLITE_OK) raise(target.get(), code, "to open the copy " + to.string());
  sqlite3_exec(target.get(), "PRAGMA synchronous = EXTRA", nullptr, nullptr, nullptr);
  sqlite3_backup* backup = sqlite3_backup_init(target.get(), "main", from, "main");
  if (backup == nullptr)
    raise(target.get(), sqlite3_errcode(target.get()), "to begin the copy " + to.string());
  const int copied = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (copied != SQLITE_DONE || finished != SQLITE_OK)
    raise(target.get(), copied != SQLITE_DONE ? copied : finished, "to copy to " + to.string());
}

}  // namespace

void SqliteConnection::copy_to(const std::filesystem::path& to) {
  auto unfinished = to;
  unfinished += ".partial";
  std::error_code ignored;
  {
    const Descriptor created(
        ::open(unfinished.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (created.number() < 0) raise_errno("cannot create " + unfinished.string());
  }
  try {
    copy_all(database_.get(), unfinished);
    if (::link(unfinished.c_str(), to.c_str()) != 0) raise_errno("cannot create " + to.string());
    sync_folder_of(to);
  } catch (...) {
    std::filesystem::remove(unfinished, ignored);
    throw;
  }
  std::filesystem::remove(unfinished, ignored);
}

}  // namespace bot::sql
