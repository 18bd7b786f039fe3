#include "server/store/worker_store.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "server/store/row_reader.hpp"

namespace bot::store {
namespace {

constexpr std::array<WorkerStatus, 4> all_statuses = {
    WorkerStatus::running, WorkerStatus::quiet, WorkerStatus::stopping, WorkerStatus::stopped};
constexpr std::array<WorkerWish, 3> all_wishes = {
    WorkerWish::quiet, WorkerWish::run, WorkerWish::stop};

template <typename Enum, std::size_t N>
Enum named(const std::array<Enum, N>& all, std::string_view name) {
  for (const auto one : all) {
    if (to_string(one) == name) return one;
  }
  throw sql::Fault("the workers hold a word that this program does not know");
}

#define BOT_WORKER_COLUMNS                                                           \
  "id, host, pid, pid_started_at, version, lanes, concurrency, started_at,"          \
  " beat_interval, status, seen_at, current_job, progress_at, processed, succeeded," \
  " failed, wanted"

WorkerRow read_worker(RowReader& reader) {
  WorkerRow worker;
  worker.id = reader.text();
  worker.host = reader.text();
  worker.pid = reader.integer();
  worker.pid_started_at = reader.integer();
  worker.version = reader.text();
  const auto lanes = reader.text();
  for (const auto lane : split(lanes, ','))
    worker.lanes.emplace_back(lane);
  worker.concurrency = reader.integer();
  worker.started_at = reader.integer();
  worker.beat_interval = Millis{reader.integer()};
  worker.beat.status = named(all_statuses, reader.text());
  worker.beat.seen_at = reader.integer();
  worker.beat.current_job = reader.optional_text();
  worker.beat.progress_at = reader.optional_integer();
  worker.beat.processed = reader.integer();
  worker.beat.succeeded = reader.integer();
  worker.beat.failed = reader.integer();
  if (const auto wish = reader.optional_text()) worker.wanted = named(all_wishes, *wish);
  return worker;
}

}  // namespace

std::string_view to_string(WorkerStatus status) {
  switch (status) {
    case WorkerStatus::running:
      return "running";
    case WorkerStatus::quiet:
      return "quiet";
    case WorkerStatus::stopping:
      return "stopping";
    case WorkerStatus::stopped:
      return "stopped";
  }
  return "stopped";
}

std::string_view to_string(WorkerWish wish) {
  switch (wish) {
    case WorkerWish::quiet:
      return "quiet";
    case WorkerWish::run:
      return "run";
    case WorkerWish::stop:
      return "stop";
  }
  return "run";
}

bool WorkerRow::is_lost(UnixMillis now) const {
  // A beat far in the future is of a clock that has been set back since: the next one tells.
  const auto silent = now > beat.seen_at ? now - beat.seen_at : beat.seen_at - now;
  return beat.status != WorkerStatus::stopped && silent > 2 * beat_interval.count();
}

bool WorkerRow::works_on(std::string_view lane, UnixMillis now) const {
  return beat.status == WorkerStatus::running && !is_lost(now) &&
         std::find(lanes.begin(), lanes.end(), lane) != lanes.end();
}

void WorkerStore::put(const WorkerRow& worker) {
  const auto& beat = worker.beat;
  connection_.query(
      "INSERT INTO workers (" BOT_WORKER_COLUMNS
      ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, NULL)"
      " ON CONFLICT (id) DO UPDATE SET host = excluded.host, pid = excluded.pid,"
      " pid_started_at = excluded.pid_started_at, version = excluded.version,"
      " lanes = excluded.lanes, concurrency = excluded.concurrency,"
      " started_at = excluded.started_at, beat_interval = excluded.beat_interval,"
      " status = excluded.status, seen_at = excluded.seen_at,"
      " current_job = excluded.current_job, progress_at = excluded.progress_at,"
      " processed = excluded.processed, succeeded = excluded.succeeded,"
      " failed = excluded.failed, wanted = NULL",
      {worker.id,
       worker.host,
       worker.pid,
       worker.pid_started_at,
       worker.version,
       join(worker.lanes, ","),
       worker.concurrency,
       worker.started_at,
       worker.beat_interval.count(),
       to_string(beat.status),
       beat.seen_at,
       beat.current_job,
       beat.progress_at,
       beat.processed,
       beat.succeeded,
       beat.failed});
}

bool WorkerStore::beat(std::string_view id,
                       UnixMillis started_at,
                       const WorkerBeat& beat,
                       std::optional<WorkerWish> fulfilled) {
  const std::string wish(fulfilled ? to_string(*fulfilled) : "");
  return connection_
             .query(
                 "UPDATE workers SET status = $3, seen_at = $4, current_job = $5,"
                 " progress_at = $6, processed = $7, succeeded = $8, failed = $9,"
                 " wanted = NULLIF(wanted, $10) WHERE id = $1 AND started_at = $2",
                 {id,
                  started_at,
                  to_string(beat.status),
                  beat.seen_at,
                  beat.current_job,
                  beat.progress_at,
                  beat.processed,
                  beat.succeeded,
                  beat.failed,
                  wish})
             .changed() != 0;
}

bool WorkerStore::want(std::string_view id, WorkerWish wish) {
  return connection_.query("UPDATE workers SET wanted = $2 WHERE id = $1", {id, to_string(wish)})
             .changed() != 0;
}

std::optional<WorkerWish> WorkerStore::wanted(std::string_view id) {
  const auto rows = connection_.query("SELECT wanted FROM workers WHERE id = $1", {id});
  if (rows.empty()) return std::nullopt;
  const auto wish = rows[0].optional_text(0);
  if (!wish) return std::nullopt;
  return named(all_wishes, *wish);
}

std::optional<WorkerRow> WorkerStore::find(std::string_view id) {
  return read_first(
      connection_.query("SELECT " BOT_WORKER_COLUMNS " FROM workers WHERE id = $1", {id}),
      read_worker);
}

std::vector<WorkerRow> WorkerStore::all() {
  return read_all(connection_.query("SELECT " BOT_WORKER_COLUMNS " FROM workers ORDER BY id"),
                  read_worker);
}

void WorkerStore::forget_unseen_since(UnixMillis time) {
  connection_.query("DELETE FROM workers WHERE seen_at < $1", {time});
}

}  // namespace bot::store
