#include "server/jobs/import_handler.hpp"

#include <nlohmann/json.hpp>

#include "server/jobs/import_rows.hpp"
#include "server/jobs/provision.hpp"
#include "server/jobs/units.hpp"

namespace bot::jobs {
namespace {

using queue::Outcome;

Result<std::int64_t> make_user(sql::Connection& connection,
                               const JobRow& job,
                               std::int64_t unit,
                               UnixMillis now,
                               const std::vector<Result<ImportedUser>>& rows) {
  const auto row = static_cast<std::size_t>(unit - 1);
  if (row >= rows.size()) {
    return Error{.code = Errc::invalid_argument, .message = "there is no such row"};
  }
  if (!rows[row]) return rows[row].error();
  const auto& user = *rows[row];
  return provision(connection,
                   {.username = user.email,
                    .email = user.email,
                    .name = user.name,
                    .max_concurrent_bots = user.max_concurrent_bots,
                    .job_id = job.id,
                    .unit = unit,
                    .owner_user_id = job.owner_user_id},
                   now);
}

Outcome run_import(store::Database& database,
                   const Clock& clock,
                   const queue::Item& item,
                   const queue::Run& run) {
  const auto payload = nlohmann::json::parse(item.payload, nullptr, false);
  const auto csv = payload.is_object() ? payload.value("csv", nlohmann::json()) : nullptr;
  if (!csv.is_string()) return Outcome::dead("the payload holds no CSV text");
  const auto rows = read_import(csv.get_ref<const std::string&>());
  if (!rows) return Outcome::dead(rows.error().message);
  return run_units(
      database,
      clock,
      item,
      run,
      [&rows](sql::Connection& connection, const JobRow& job, std::int64_t unit, UnixMillis now) {
        return make_user(connection, job, unit, now, *rows);
      });
}

}  // namespace

queue::StoppableHandler import_handler(store::Database& database, const Clock& clock) {
  return [&database, &clock](const queue::Item& item, const queue::Run& run) {
    return run_import(database, clock, item, run);
  };
}

}  // namespace bot::jobs
