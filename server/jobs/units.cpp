#include "server/jobs/units.hpp"

#include <optional>
#include <set>
#include <string>

#include "base/fault.hpp"
#include "server/jobs/event_store.hpp"
#include "server/jobs/hold.hpp"
#include "server/jobs/job_store.hpp"
#include "server/store/row_reader.hpp"

namespace bot::jobs {
namespace {

using queue::Outcome;

class UnitRun {
 public:
  UnitRun(store::Database& database,
          const Clock& clock,
          const queue::Item& item,
          const queue::Run& run,
          const UnitWork& work)
      : database_(database), clock_(clock), item_(item), run_(run), work_(work) {}

  Outcome go() {
    const auto id = job_id_of(item_);
    if (!id) return Outcome::dead("the payload names no job");
    const auto decided = database_.read([&](sql::Connection& connection) {
      job_ = JobStore(connection).find(*id);
      return decided_units(connection, *id);
    });
    if (!job_) return Outcome::dead("there is no job " + *id);
    for (std::int64_t unit = 1; unit <= job_->units; ++unit) {
      if (decided.contains(unit)) continue;
      if (run_.stopped()) return stopped(unit - 1);
      if (!attempt(unit)) return Outcome::retry("another worker has the job");
      hold_after_effect(*id);
    }
    return verdict();
  }

 private:
  static std::set<std::int64_t> decided_units(sql::Connection& connection, const std::string& id) {
    std::set<std::int64_t> units;
    const auto rows = connection.query("SELECT unit FROM job_units WHERE job_id = $1", {id});
    for (const sql::Row row : rows)
      units.insert(row.integer(std::size_t{0}));
    return units;
  }

  // False when the item is not ours any more.
  bool attempt(std::int64_t unit) {
    try {
      return database_.write([&](sql::Connection& connection) { return decide(connection, unit); });
    } catch (const Unavailable&) {
      throw;  // costs no attempt
    } catch (const std::exception& fault) {
      if (passing_.empty()) passing_ = fault.what();
      return true;
    }
  }

  bool decide(sql::Connection& connection, std::int64_t unit) const {
    if (!holds_item(connection)) return false;
    const auto now = clock_.now_ms();
    if (is_decided(connection, unit)) return true;
    const auto made = work_(connection, *job_, unit, now);
    std::optional<std::int64_t> user_id;
    std::optional<std::string> error;
    if (made) {
      user_id = *made;
    } else {
      error = made.error().message;
    }
    connection.defer(
        "INSERT INTO job_units (job_id, unit, user_id, error, at) VALUES ($1, $2, $3, $4, $5)",
        {job_->id, unit, user_id, error, now});
    connection.defer(
        "UPDATE jobs SET successful = successful + $2, failed = failed + $3, updated_at = $4"
        " WHERE id = $1",
        {job_->id, made ? 1 : 0, made ? 0 : 1, now});
    // Of the last one the job's own end tells.
    if (unit < job_->units) {
      EventStore(connection)
          .append(item_.id,
                  {.event = "status_updated",
                   .status = JobStatus::running,
                   .priority = item_.priority,
                   .worker_id = item_.lease_owner},
                  now);
    }
    return true;
  }

  // Held until the end of the transaction: nobody is given the item meanwhile.
  bool holds_item(sql::Connection& connection) const {
    std::string statement =
        "SELECT 1 FROM queue_items WHERE id = $1 AND fence = $2 AND status = 'leased'";
    statement.append(connection.dialect().for_update);
    return !connection.query(statement, {item_.id, item_.fence}).empty();
  }

  bool is_decided(sql::Connection& connection, std::int64_t unit) const {
    return !connection
                .query("SELECT 1 FROM job_units WHERE job_id = $1 AND unit = $2", {job_->id, unit})
                .empty();
  }

  Outcome stopped(std::int64_t begun) const {
    const auto so_far = "after " + std::to_string(begun) + " of " + std::to_string(job_->units);
    switch (run_.reason()) {
      case queue::StopReason::cancelled:
        return Outcome::cancelled("cancelled " + so_far);
      case queue::StopReason::shutdown:
        return Outcome::snooze(clock_.now_ms());
      case queue::StopReason::time_limit:
      case queue::StopReason::none:
        break;
    }
    return Outcome::retry("the time of an attempt was over " + so_far);
  }

  Outcome verdict() const {
    const auto [job, first_error] = database_.read([&](sql::Connection& connection) {
      const auto rows = connection.query(
          "SELECT error FROM job_units WHERE job_id = $1 AND error IS NOT NULL"
          " ORDER BY unit LIMIT 1",
          {job_->id});
      return std::pair(JobStore(connection).find(job_->id),
                       rows.empty() ? std::string() : rows[0].text(std::size_t{0}));
    });
    if (!job) return Outcome::dead("the job was deleted");
    if (job->successful == job->units) return Outcome::done();
    auto reason = passing_.empty() ? first_error : passing_;
    if (job->successful > 0) {
      reason = "partial: " + std::to_string(job->successful) + " of " + std::to_string(job->units) +
               " accounts exist: " + reason;
    }
    return passing_.empty() ? Outcome::dead(reason) : Outcome::retry(reason);
  }

  store::Database& database_;
  const Clock& clock_;
  const queue::Item& item_;
  const queue::Run& run_;
  const UnitWork& work_;
  std::optional<JobRow> job_;
  std::string passing_;  // the first reason that may pass
};

}  // namespace

queue::Outcome run_units(store::Database& database,
                         const Clock& clock,
                         const queue::Item& item,
                         const queue::Run& run,
                         const UnitWork& work) {
  return UnitRun(database, clock, item, run, work).go();
}

}  // namespace bot::jobs
