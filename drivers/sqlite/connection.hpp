// SQLite behind sql::Connection: the C API with owners for its handles, nothing of ours.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/duration.hpp"
#include "drivers/sql.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace bot::sql {

extern const Dialect sqlite_dialect;

struct SqliteOptions {
  enum class Access { read_write, read_only };  // read_only: the database must be there

  std::string path;  // a file, created with mode 0600 when it is not there; or ":memory:"
  Access access = Access::read_write;
  Millis busy_timeout{5000};
  std::int64_t cache_kib = std::int64_t{8} * 1024;
  std::string vfs = {};  // a registered virtual file system; empty: the usual one
};

// Journal in WAL mode, synchronous=FULL (a commit returns after the sync that covers it), foreign
// keys enforced. Throws sql::Fault or bot::Unavailable, also from the constructor.
class SqliteConnection final : public Connection {
 public:
  explicit SqliteConnection(const SqliteOptions& options);
  ~SqliteConnection() override;

  using Connection::query;
  Rows query(std::string_view sql, std::span<const Value> values) override;
  const Dialect& dialect() const override;

  // False after an error that made the engine roll back by itself.
  bool in_transaction() const;
  // Rows changed since the connection was opened.
  std::int64_t total_changes() const;

  // Copies the whole database as of now into a new private file, while others go on writing; the
  // copy is synced before this returns. `to` must not exist.
  void copy_to(const std::filesystem::path& to);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  struct Statement {
    std::unique_ptr<sqlite3_stmt, Finalize> handle;
    std::vector<std::size_t> parameters;  // SQLite's parameter number - 1 -> the n of $n, minus 1
    std::size_t wanted = 0;               // the largest n
    std::shared_ptr<const Rows::Names> names;
    std::size_t usual = 0;  // how many values the run before gave
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  Statement& prepared(std::string_view sql);
  void bind(Statement& statement, std::string_view sql, std::span<const Value> values);
  Rows step_through(Statement& statement, std::string_view sql);

  std::string path_;
  std::unique_ptr<sqlite3, Close> database_;
  std::unordered_map<std::string, Statement, Hash, std::equal_to<>> statements_;
};

}  // namespace bot::sql
