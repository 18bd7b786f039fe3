#include "server/jobs/mirror_store.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "server/jobs/account_reader.hpp"
#include "server/jobs/event_reader.hpp"
#include "server/jobs/job_reader.hpp"

namespace bot::jobs {
namespace {

// A page ends with the job that has one more.
constexpr std::int64_t accounts_at_once = 10'000;
// A job is looked for by the event that says that it finished, whose time is read from a clock
// later than the job's.
constexpr UnixMillis clock_step = 60'000;

#define BOT_RUN_AT_AND_ATTEMPTS ", queue_items.run_at, queue_items.attempts"

#define BOT_EVENT_BEYOND "at >= $1 AND (at > $1 OR id > $2)"
#define BOT_SAYS_FINISHED "event IN ('job_completed', 'job_cancelled', 'job_failed')"

struct FinishedEvent {
  UnixMillis at = 0;
  std::int64_t id = 0;
  std::string job_id;
};

FinishedEvent read_finished(store::RowReader& reader) {
  const auto at = reader.integer();
  const auto id = reader.integer();
  return {at, id, reader.text()};
}

UnpublishedEvent read_unpublished(store::RowReader& reader) {
  auto event = read_event(reader);
  return {std::move(event), reader.integer()};
}

QueuedJob read_queued(store::RowReader& reader) {
  QueuedJob queued;
  queued.job = read_job(reader);
  queued.run_at = reader.integer();
  queued.attempts = reader.integer();
  return queued;
}

std::int64_t read_number(store::RowReader& reader) {
  return reader.integer();
}

template <typename Row>
bool is_full(const std::vector<Row>& page, std::int64_t limit) {
  return static_cast<std::int64_t>(page.size()) >= limit;
}

// The jobs of one page by their ids.
class Gathered {
 public:
  Gathered(std::vector<JobRow> jobs, UnixMillis finished_after) : finished_after_(finished_after) {
    for (auto& job : jobs) {
      auto id = job.id;
      jobs_.emplace(std::move(id), JobPicture{.job = std::move(job)});
    }
  }

  // False when the page ends before this one, which would have too many accounts.
  bool take(const std::string& id) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return true;
    const auto& job = found->second.job;
    if (job.finished_at && *job.finished_at > finished_after_) {
      if (accounts_ != 0 && accounts_ + job.successful > accounts_at_once) return false;
      accounts_ += job.successful;
    }
    taken_.insert(jobs_.extract(found));
    return true;
  }
  bool needs_accounts() const { return accounts_ != 0; }
  void add(std::vector<AccountRow> accounts) {
    for (auto& account : accounts) {
      const auto found = taken_.find(account.job_id);
      if (found == taken_.end()) continue;
      auto& picture = found->second;
      picture.truncated = picture.accounts.size() == most_accounts_shown;
      if (!picture.truncated) picture.accounts.push_back(std::move(account));
    }
  }
  std::vector<JobPicture> pictures() && {
    std::vector<JobPicture> all;
    for (auto& [id, picture] : taken_)
      all.push_back(std::move(picture));
    return all;
  }

 private:
  const UnixMillis finished_after_;
  std::map<std::string, JobPicture> jobs_;  // those that nobody has taken yet
  std::map<std::string, JobPicture> taken_;
  std::int64_t accounts_ = 0;
};

}  // namespace

NewsPage MirrorStore::news(UnixMillis finished_after, std::int64_t limit) {
  NewsPage page;
  page.events =
      store::read_all(connection_.query("SELECT id, job_id, event, at, data, at FROM job_events"
                                        " WHERE published_at IS NULL ORDER BY id LIMIT $1",
                                        {limit}),
                      read_unpublished);
  if (page.events.empty()) return page;
  page.more = is_full(page.events, limit);
  Events set{"published_at IS NULL AND id <= $1", {page.events.back().event.seq}};
  Gathered jobs(jobs_of(set), finished_after);
  const auto end =
      std::find_if(page.events.begin(), page.events.end(), [&](const auto& unpublished) {
        return !jobs.take(unpublished.event.job_id);
      });
  if (end != page.events.end()) {
    page.events.erase(end, page.events.end());
    page.more = true;
  }
  set.values = {page.events.back().event.seq};
  if (jobs.needs_accounts()) jobs.add(accounts_of(set, finished_after));
  page.jobs = std::move(jobs).pictures();
  return page;
}

void MirrorStore::published(std::span<const UnpublishedEvent> events, UnixMillis now) {
  // Between numbers that follow each other there is none that is committed later.
  for (auto first = events.begin(); first != events.end();) {
    const auto end = std::adjacent_find(first, events.end(), [](const auto& a, const auto& b) {
      return a.event.seq + 1 != b.event.seq;
    });
    const auto last = end == events.end() ? std::prev(end) : end;
    connection_.defer("UPDATE job_events SET published_at = $3 WHERE id >= $1 AND id <= $2",
                      {first->event.seq, last->event.seq, now});
    first = std::next(last);
  }
}

// From index entry to index entry, priority by priority; see queue/claim.cpp.
std::vector<QueuedJob> MirrorStore::waiting(const QueuePlace& after, std::int64_t limit) {
  std::vector<QueuedJob> jobs;
  for (auto place = after;;) {
    auto some = store::read_all(
        connection_.query(
            "SELECT " BOT_JOB_COLUMNS BOT_RUN_AT_AND_ATTEMPTS
            " FROM queue_items JOIN jobs ON jobs.item_id = queue_items.id"
            " WHERE queue_items.lane = $1 AND queue_items.status = 'ready'"
            " AND queue_items.priority = $2 AND (queue_items.run_at, queue_items.id) > ($3, $4)"
            " ORDER BY queue_items.run_at, queue_items.id LIMIT $5",
            {lane,
             place.priority,
             place.run_at,
             place.item_id,
             limit - static_cast<std::int64_t>(jobs.size())}),
        read_queued);
    std::move(some.begin(), some.end(), std::back_inserter(jobs));
    if (is_full(jobs, limit)) return jobs;
    const auto next = store::read_first(
        connection_.query("SELECT priority FROM queue_items WHERE lane = $1 AND status = 'ready'"
                          " AND priority < $2 ORDER BY priority DESC LIMIT 1",
                          {lane, place.priority}),
        read_number);
    if (!next) return jobs;
    place = {.priority = *next};
  }
}

std::int64_t MirrorStore::count_waiting() {
  const auto rows = connection_.query(
      "SELECT COUNT(*) FROM queue_items JOIN jobs ON jobs.item_id = queue_items.id"
      " WHERE queue_items.lane = $1 AND queue_items.status = 'ready'",
      {lane});
  return rows[0].integer(std::size_t{0});
}

ShownPage MirrorStore::shown(const ShownPlace& after,
                             UnixMillis finished_after,
                             std::int64_t limit) {
  switch (after.part) {
    case ShownPlace::Part::waiting:
      return shown_waiting(after, limit);
    case ShownPlace::Part::running:
      return shown_running(after, limit);
    case ShownPlace::Part::finished:
      return shown_finished(after, finished_after, limit);
  }
  return {};
}

ShownPage MirrorStore::shown_waiting(ShownPlace place, std::int64_t limit) {
  ShownPage page;
  auto jobs = waiting(place.waiting, limit);
  if (is_full(jobs, limit)) {
    const auto& last = jobs.back();
    place.waiting = {last.job.priority, last.run_at, last.job.item_id};
  } else {
    place.part = ShownPlace::Part::running;
  }
  for (auto& queued : jobs)
    page.jobs.push_back({.job = std::move(queued.job)});
  page.next = place;
  return page;
}

ShownPage MirrorStore::shown_running(ShownPlace place, std::int64_t limit) {
  ShownPage page;
  // The sums keep the engines from a walk over all items by their numbers.
  auto jobs = store::read_all(
      connection_.query("SELECT " BOT_JOB_COLUMNS " FROM queue_items"
                        " JOIN jobs ON jobs.item_id = queue_items.id"
                        " WHERE queue_items.lane = $1 AND queue_items.status = 'leased'"
                        " AND queue_items.id + 0 > $2 ORDER BY queue_items.id + 0 LIMIT $3",
                        {lane, place.running, limit}),
      read_job);
  if (is_full(jobs, limit)) {
    place.running = jobs.back().item_id;
  } else {
    place.part = ShownPlace::Part::finished;
  }
  for (auto& job : jobs)
    page.jobs.push_back({.job = std::move(job)});
  page.next = place;
  return page;
}

ShownPage MirrorStore::shown_finished(ShownPlace place,
                                      UnixMillis finished_after,
                                      std::int64_t limit) {
  const auto from = place.at.value_or(finished_after - clock_step);
  const auto events = store::read_all(
      connection_.query("SELECT at, id, job_id FROM job_events WHERE " BOT_EVENT_BEYOND
                        " AND " BOT_SAYS_FINISHED " ORDER BY at, id LIMIT $3",
                        {from, place.event, limit}),
      read_finished);
  if (events.empty()) return {};
  const auto up_to = [&](const FinishedEvent& last) {
    return Events{BOT_EVENT_BEYOND " AND at <= $3 AND (at < $3 OR id <= $4) AND " BOT_SAYS_FINISHED,
                  {from, place.event, last.at, last.id}};
  };
  auto found = jobs_of(up_to(events.back()));
  std::erase_if(found, [&](const JobRow& job) {
    return !job.finished_at || *job.finished_at <= finished_after;
  });
  Gathered jobs(std::move(found), finished_after);
  const auto end = std::find_if(
      events.begin(), events.end(), [&](const auto& event) { return !jobs.take(event.job_id); });
  const auto& last = *std::prev(end);
  if (jobs.needs_accounts()) jobs.add(accounts_of(up_to(last), finished_after));
  ShownPage page{.jobs = std::move(jobs).pictures()};
  if (end == events.end() && !is_full(events, limit)) return page;
  place.at = last.at;
  place.event = last.id;
  page.next = place;
  return page;
}

std::vector<JobRow> MirrorStore::jobs_of(const Events& events) {
  std::string statement = "SELECT " BOT_JOB_COLUMNS BOT_FROM_JOBS
                          " WHERE jobs.id IN (SELECT job_id FROM job_events WHERE ";
  statement += events.condition;
  return store::read_all(connection_.query(statement + ")", events.values), read_job);
}

std::vector<AccountRow> MirrorStore::accounts_of(const Events& events, UnixMillis finished_after) {
  auto values = events.values;
  values.emplace_back(finished_after);
  std::string statement = "SELECT " BOT_ACCOUNT_COLUMNS BOT_FROM_ACCOUNTS
                          " JOIN jobs ON jobs.id = accounts.job_id"
                          " JOIN queue_items ON queue_items.id = jobs.item_id"
                          " WHERE jobs.id IN (SELECT job_id FROM job_events WHERE ";
  statement += events.condition;
  statement += ") AND queue_items.finished_at > $" + std::to_string(values.size());
  statement += " ORDER BY accounts.job_id, accounts.unit";
  return store::read_all(connection_.query(statement, values), read_account);
}

}  // namespace bot::jobs
