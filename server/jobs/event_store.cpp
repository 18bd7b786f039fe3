#include "server/jobs/event_store.hpp"

#include <algorithm>
#include <limits>

#include "server/jobs/event_reader.hpp"
#include "server/store/row_reader.hpp"

namespace bot::jobs {
namespace {

// The other bound of a time: a condition without one PostgreSQL takes for a third of the table,
// and may then read all of it; one with both for a two-hundredth.
constexpr auto earliest = std::numeric_limits<UnixMillis>::min();
constexpr auto latest = std::numeric_limits<UnixMillis>::max();

}  // namespace

void EventStore::append(std::int64_t item_id, const NewEvent& event, UnixMillis now) {
  const types::Json known{{"status", to_string(event.status)},
                          {"worker_id", types::nullable(event.worker_id)},
                          {"error", types::nullable(event.error)},
                          {"priority", event.priority}};
  auto text = types::dump(known);
  text.pop_back();
  // The job's own numbers are put in by the engine, which saves a question.
  connection_.defer(
      "INSERT INTO job_events (job_id, event, at, data)"
      " SELECT id, CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS TEXT) || ',\"progress\":'"
      " || CAST(successful + failed AS TEXT) || ',\"count\":' || CAST(units AS TEXT) || '}'"
      " FROM jobs WHERE item_id = $1",
      {item_id, event.event, now, text});
}

std::int64_t EventStore::gap_after(std::int64_t since, UnixMillis now) {
  // The sum keeps the engines from a walk along the numbers to the first that is young; and what is
  // asked for one number, unlike NOT EXISTS, PostgreSQL never answers by reading all of them.
  const auto gap = connection_.query(
      "SELECT MIN(young.id + 0) FROM job_events young WHERE young.at > $1 AND young.at <= $2"
      " AND young.id - 1 > $3"
      " AND (SELECT other.id FROM job_events other WHERE other.id = young.id - 1) IS NULL",
      {now - longest_commit.count(), latest, since});
  return gap[0].optional_integer(std::size_t{0}).value_or(std::numeric_limits<std::int64_t>::max());
}

std::int64_t EventStore::last_before(std::int64_t end) {
  const auto last =
      connection_.query("SELECT COALESCE(MAX(id), 0) FROM job_events WHERE id < $1", {end});
  return last[0].integer(std::size_t{0});
}

types::JobEventPage EventStore::page(const EventFilter& filter, UnixMillis now) {
  const auto end = gap_after(filter.since, now);
  // Spelled out, so that the engines use the index of a job's events.
  std::string statement =
      "SELECT id, job_id, event, at, data FROM job_events WHERE id > $1 AND id < $2";
  statement += filter.job_id ? " AND job_id = $3" : " AND CAST($3 AS TEXT) IS NULL";
  statement += filter.owner_user_id
                   ? " AND EXISTS (SELECT 1 FROM jobs WHERE jobs.id = job_events.job_id"
                     " AND jobs.owner_user_id = $4)"
                   : " AND CAST($4 AS BIGINT) IS NULL";
  statement += " ORDER BY id LIMIT $5";
  types::JobEventPage page;
  page.events = store::read_all(
      connection_.query(statement,
                        {filter.since, end, filter.job_id, filter.owner_user_id, filter.limit}),
      read_event);
  if (static_cast<std::int64_t>(page.events.size()) >= filter.limit && !page.events.empty()) {
    page.next = page.events.back().seq;
    return page;
  }
  page.next = std::max(filter.since, last_before(end));
  return page;
}

std::int64_t EventStore::settled(UnixMillis now) {
  return last_before(gap_after(0, now));
}

std::int64_t EventStore::newest() {
  const auto rows = connection_.query("SELECT COALESCE(MAX(id), 0) FROM job_events");
  return rows[0].integer(std::size_t{0});
}

std::size_t EventStore::purge_before(UnixMillis at, std::int64_t limit) {
  return connection_
      .query(
          "DELETE FROM job_events WHERE id IN"
          " (SELECT id FROM job_events WHERE at < $1 AND at >= $2 ORDER BY at LIMIT $3)",
          {at, earliest, limit})
      .changed();
}

}  // namespace bot::jobs
