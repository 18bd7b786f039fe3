#include "server/app/copy_command.hpp"

#include <filesystem>
#include <ostream>

#include "base/service_url.hpp"
#include "server/app/data_dir.hpp"
#include "server/app/database_options.hpp"
#include "server/app/private_file.hpp"
#include "server/store/copy.hpp"
#include "server/store/setting_store.hpp"

namespace bot::app {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";
// The whole copy is one write.
constexpr Millis no_hurry = std::chrono::hours{24};
constexpr std::string_view secret_setting = "server_secret";
constexpr const char* secret_file = "server.secret";

struct Place {
  store::DatabaseOptions options;
  std::filesystem::path file;  // of SQLite; empty: PostgreSQL
};

Result<Place> place_of(const std::string& text) {
  if (text.starts_with(sqlite_scheme)) {
    const std::filesystem::path file = text.substr(sqlite_scheme.size());
    if (file.filename().empty())
      return Error{.code = Errc::invalid_argument, .message = "sqlite: names no file"};
    return Place{{.path = file, .write_wait = no_hurry}, file};
  }
  if (auto known = check_service_url(text, {"postgresql", "postgres"}); !known) {
    return Error{.code = Errc::invalid_argument,
                 .message = "a database is named as sqlite:FILE or postgresql://…",
                 .hint = "for example --from sqlite:/var/lib/botd/botd.db"};
  }
  if (has_password(text)) {
    return Error{
        .code = Errc::invalid_argument,
        .message =
            "a password on the command line can be read by every user of this "
            "machine",
        .hint = "put the URL into BOTD_DATABASE_URL and leave --to out, or use PGPASSFILE"};
  }
  return Place{{.url = text}, {}};
}

Result<Place> target_of(const std::string& text, const Config& config) {
  if (!text.empty()) return place_of(text);
  if (config.database_url.empty()) {
    return Error{.code = Errc::invalid_argument,
                 .message = "--to names no database",
                 .hint = "give --to, or BOTD_DATABASE_URL or BOTD_DATABASE_URL_FILE"};
  }
  return Place{database_options(config, ""), {}};
}

std::string folder_of(const Place& place) {
  return place.file.has_parent_path() ? place.file.parent_path().string() : ".";
}

// The lock of the directory that a SQLite file is in: no server may be using it.
Result<std::optional<DataDir>> hold(const Place& place) {
  if (place.file.empty()) return std::optional<DataDir>();
  auto held = DataDir::open(folder_of(place));
  if (!held) return std::move(held).error();
  return std::optional(std::move(held).value());
}

// From it are derived the callback secrets of bots that were reserved and not launched yet. With
// SQLite it is a file beside the database, with PostgreSQL a setting inside.
Status carry_secret(const Place& from,
                    const std::optional<DataDir>& from_folder,
                    store::Database& source,
                    const Place& to,
                    store::Database& target) {
  if (from_folder) {
    const auto secret = from_folder->secret(secret_file);
    if (!secret) return secret.error();
    target.write([&](sql::Connection& connection) {
      store::SettingStore(connection).put(secret_setting, *secret);
    });
  }
  if (to.file.empty() || !from.file.empty()) return Unit{};
  const auto secret = source.read([](sql::Connection& connection) {
    return store::SettingStore(connection).find(secret_setting);
  });
  if (!secret) return Unit{};
  return write_private_file(folder_of(to) + "/" + secret_file, *secret);
}

// All is read and written in one transaction each, which nobody waits for but whoever has begun it.
store::DatabaseOptions patient(store::DatabaseOptions options) {
  options.write_wait = std::chrono::hours{24};
  options.statement_timeout = std::chrono::minutes{10};
  return options;
}

}  // namespace

Status copy_installation(const std::string& from,
                         const std::string& to,
                         const Config& config,
                         const Clock& clock,
                         std::ostream& out) {
  const auto source = place_of(from);
  if (!source) return source.error();
  const auto target = target_of(to, config);
  if (!target) return target.error();
  if (!source->file.empty() && !target->file.empty()) {
    return Error{.code = Errc::invalid_argument,
                 .message = "both databases are SQLite files",
                 .hint = "use botd backup"};
  }
  if (!source->file.empty() && !std::filesystem::exists(source->file)) {
    return Error{.code = Errc::not_found,
                 .message = "there is no database at " + source->file.string()};
  }
  const auto source_folder = hold(*source);
  if (!source_folder) return source_folder.error();
  const auto target_folder = hold(*target);
  if (!target_folder) return target_folder.error();

  store::Database source_database(patient(source->options), clock);
  store::Database target_database(patient(target->options), clock);
  const auto copied = store::copy_database(source_database, target_database);
  if (!copied) return copied.error();
  if (auto carried =
          carry_secret(*source, *source_folder, source_database, *target, target_database);
      !carried)
    return carried;
  for (const auto& table : *copied)
    out << table.name << ": " << table.rows << " rows, compared\n";
  return Unit{};
}

}  // namespace bot::app
