#include "server/jobs/handlers.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

#include "server/jobs/accounts_handler.hpp"
#include "server/jobs/event_store.hpp"
#include "server/jobs/import_handler.hpp"

namespace bot::jobs {
namespace {

using queue::Change;

std::string_view event_of(Change change) {
  switch (change) {
    case Change::done:
    case Change::withdrawn:
      return "job_completed";
    case Change::cancelled:
      return "job_cancelled";
    case Change::buried:
      return "job_failed";
    case Change::deleted:
      return "job_deleted";
    case Change::claimed:
    case Change::retried:
    case Change::snoozed:
    case Change::lost:
    case Change::revived:
      return "status_updated";
  }
  return "status_updated";
}

// What the job's row says of its last failure from now on.
enum class ErrorText { stays, is_the_reason, goes };

ErrorText error_text_after(Change change) {
  switch (change) {
    case Change::claimed:
    case Change::snoozed:
    case Change::deleted:
      return ErrorText::stays;
    case Change::done:
    case Change::withdrawn:
    case Change::revived:
      return ErrorText::goes;
    case Change::cancelled:
    case Change::retried:
    case Change::lost:
    case Change::buried:
      return ErrorText::is_the_reason;
  }
  return ErrorText::stays;
}

// Units that could not be done are to be tried again; those that are done stay done.
void forget_failures(sql::Connection& connection, std::int64_t item_id) {
  connection.defer(
      "DELETE FROM job_units WHERE error IS NOT NULL"
      " AND job_id IN (SELECT id FROM jobs WHERE item_id = $1)",
      {item_id});
  connection.defer("UPDATE jobs SET failed = 0 WHERE item_id = $1", {item_id});
}

void write_down(sql::Connection& connection, const queue::Transition& change, UnixMillis now) {
  if (change.change == Change::revived) forget_failures(connection, change.item.id);
  std::optional<std::string> error;
  const auto after = error_text_after(change.change);
  if (after == ErrorText::is_the_reason && !change.reason.empty()) error = change.reason;
  connection.defer(
      "UPDATE jobs SET updated_at = $2, error_msg = CASE WHEN $3 THEN error_msg ELSE $4 END"
      " WHERE item_id = $1",
      {change.item.id, now, after == ErrorText::stays, error});
  EventStore(connection)
      .append(change.item.id,
              {.event = event_of(change.change),
               .status = status_of(change.item),
               .priority = change.item.priority,
               .worker_id = change.worker,
               .error = error},
              now);
}

}  // namespace

void JobKinds::add(std::string_view kind, queue::StoppableHandler handler) {
  if (!handlers_.emplace(kind, std::move(handler)).second) {
    throw std::logic_error("two handlers for jobs of the kind " + std::string(kind));
  }
}

queue::Outcome JobKinds::run(const queue::Item& item, const queue::Run& run) const {
  const auto found = handlers_.find(item.kind);
  if (found == handlers_.end()) {
    return queue::Outcome::retry("this worker knows no jobs of the kind " + item.kind);
  }
  return found->second(item, run);
}

JobKinds job_kinds(store::Database& database, const Clock& clock, std::string account_domain) {
  JobKinds kinds;
  kinds.add(kind::accounts, accounts_handler(database, clock, std::move(account_domain)));
  kinds.add(kind::import, import_handler(database, clock));
  return kinds;
}

void register_handlers(queue::Dispatcher& dispatcher,
                       const queue::Concurrency& concurrency,
                       JobKinds kinds) {
  const auto kept = std::make_shared<const JobKinds>(std::move(kinds));
  dispatcher.handle(std::string(lane),
                    concurrency,
                    queue::StoppableHandler([kept](const queue::Item& item, const queue::Run& run) {
                      return kept->run(item, run);
                    }));
}

void listen(queue::Listeners& listeners, const Clock& clock) {
  listeners.on(std::string(lane),
               [&clock](sql::Connection& connection, const queue::Transition& change) {
                 write_down(connection, change, clock.now_ms());
               });
}

}  // namespace bot::jobs
