#include "server/jobs/mirror.hpp"

#include <algorithm>
#include <utility>

#include "base/fault.hpp"
#include "base/ids.hpp"
#include "drivers/redis/connection.hpp"
#include "server/events/redis_eviction.hpp"

namespace bot::jobs {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view mark_key = "botrix:jobs:mirror";
constexpr std::string_view next_queue_key = "botrix:jobs:queue:next";
// For one part of telling, so many of rest; and for one of painting everything.
constexpr int rest_of_telling = 2;
constexpr Millis shortest_pause{20};
constexpr std::size_t mark_digits = 16;

// Redis has another mark than ours by now, or none.
class Superseded : public Fault {
 public:
  using Fault::Fault;
};

}  // namespace

Mirror::Mirror(store::Database& database, const Clock& clock, MirrorOptions options)
    : database_(database), clock_(clock), options_(std::move(options)) {
  if (options_.sharing == MirrorOptions::Sharing::shared)
    lead_.emplace(database, clock, options_.owner, options_.lease);
}

Mirror::~Mirror() {
  stop();
}

void Mirror::start() {
  thread_.start([this] { run(); });
}

void Mirror::stop() {
  ask_to_stop(options_.last_words);
  thread_.join();
}

bool Mirror::stop_within(Millis limit) {
  const auto until = steady_clock::now() + limit;
  ask_to_stop(std::min(options_.last_words, limit));
  return thread_.wait_until(until);
}

void Mirror::ask_to_stop(Millis last_words) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) over_at_ = steady_clock::now() + last_words;
    stopping_ = true;
  }
  changed_.notify_all();
}

void Mirror::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

std::string Mirror::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void Mirror::set_problem(const std::string& problem) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(problem_, problem) == problem) return;
  }
  if (options_.on_problem) options_.on_problem(problem);
}

// The round that begins after stop() has been called is the last.
void Mirror::run() {
  for (bool last = false; !last;) {
    {
      const std::lock_guard lock(mutex_);
      last = stopping_;
      woken_ = false;
    }
    auto rested = steady_clock::now() + shortest_pause;
    try {
      work();
      rested = std::max(rested, next_telling_);
    } catch (const Superseded&) {
      // Somebody else has painted everything, or it was flushed: the next round sees which.
      connection_.reset();
    } catch (const redis::Refused&) {
      connection_.reset();
      set_problem("Redis refuses what the jobs are shown with");
    } catch (const std::exception&) {
      // The next round begins anew.
      connection_.reset();
      set_problem("Redis or the database is away, or Redis takes nothing more");
    }
    if (!last) pause(rested);
  }
  if (lead_) lead_->give_back();
}

// What is led is not let go of by a long rest.
void Mirror::pause(Instant rested) {
  const auto next_look = steady_clock::now() + options_.look_every;
  std::unique_lock lock(mutex_);
  while (!stopping_ && steady_clock::now() < rested) {
    changed_.wait_until(
        lock, lead_ ? std::min(rested, lead_->kept_until()) : rested, [this] { return stopping_; });
    if (stopping_ || steady_clock::now() >= rested) break;
    lock.unlock();
    try {
      if (!leads()) rested = Instant{};
    } catch (const Fault&) {
      rested = Instant{};
    }
    lock.lock();
  }
  changed_.wait_until(lock, next_look, [this] { return stopping_ || woken_; });
}

void Mirror::work() {
  if (!leads()) {
    connection_.reset();
    set_problem("");
    return;
  }
  if (connection_ == nullptr) connect();
  if (connection_ == nullptr) return;
  if (was_flushed()) {
    if (!may_begin(next_whole_)) return;
    paint_all();
  }
  if (is_over()) return;
  publish_some();
  queue_changed_ = queue_changed_ || queue_is_wrong();
  if (queue_changed_ && may_begin(next_painting_)) {
    const auto begun = steady_clock::now();
    paint_queue();
    const auto done = steady_clock::now();
    next_painting_ = done + options_.rest_of_painting * (done - begun);
  }
  set_problem("");
}

// At the end nobody rests.
bool Mirror::may_begin(Instant rested) {
  const std::lock_guard lock(mutex_);
  return stopping_ || steady_clock::now() >= rested;
}

bool Mirror::is_over() {
  const std::lock_guard lock(mutex_);
  return steady_clock::now() >= over_at_;
}

bool Mirror::leads() {
  return !lead_ || lead_->held();
}

void Mirror::connect() {
  try {
    auto connection = std::make_unique<redis::Connection>(
        redis::Options{.address = redis::parse_url(options_.url).value()});
    if (const auto sound = events::refuse_eviction(*connection); !sound) {
      set_problem(sound.error().message);
      return;
    }
    connection_ = std::move(connection);
  } catch (const Fault&) {
    set_problem("Redis cannot be reached");
    return;
  }
  mark_.clear();
}

bool Mirror::was_flushed() {
  return mark_.empty() || connection_->run({"GET", mark_key}).text != mark_;
}

// The mark comes first: whoever flushes in the middle takes it away again, and what somebody else
// has read before that is not shown after it.
void Mirror::paint_all() {
  const auto begun = steady_clock::now();
  mark_.clear();
  auto mark = random_hex(mark_digits);
  connection_->run({"SET", mark_key, mark});
  mark_ = std::move(mark);
  send({{"DEL", std::string(processing_key)}});
  const auto now = clock_.now_ms();
  std::optional<ShownPlace> place = ShownPlace{};
  while (place && leads() && !is_over()) {
    const auto page = database_.read([&](sql::Connection& connection) {
      return MirrorStore(connection).shown(*place, shown_since(now), options_.batch);
    });
    Commands commands;
    for (const auto& picture : page.jobs)
      show_job(picture, now, commands);
    send(commands);
    place = page.next;
  }
  queue_changed_ = true;
  next_painting_ = {};
  const auto done = steady_clock::now();
  next_whole_ = done + rest_of_telling * (done - begun);
}

// A page when there has been rest enough, and at the end all of them.
void Mirror::publish_some() {
  for (bool more = true; more && may_begin(next_telling_) && leads() && !is_over();) {
    const auto begun = steady_clock::now();
    const auto now = clock_.now_ms();
    const auto page = database_.read([&](sql::Connection& connection) {
      return MirrorStore(connection).news(shown_since(now), options_.batch);
    });
    if (page.events.empty()) return;
    Commands commands;
    show_news(page, now, commands);
    send(commands);
    queue_changed_ = true;
    database_.write([&](sql::Connection& connection) {
      MirrorStore(connection).published(page.events, clock_.now_ms());
    });
    const auto done = steady_clock::now();
    next_telling_ = done + rest_of_telling * (done - begun);
    more = page.more;
    // The next page comes after the rest.
    if (more) wake();
  }
}

// Under another name first, so that nobody sees a part of it. Those who wait for news do not wait
// for a long list.
void Mirror::paint_queue() {
  send({{"DEL", std::string(next_queue_key)}});
  // What changes from now on may be missing.
  queue_changed_ = false;
  QueuePlace after;
  bool empty = true;
  for (bool more = true; more;) {
    if (!leads() || is_over()) {
      queue_changed_ = true;
      return;
    }
    const auto jobs = database_.read([&](sql::Connection& connection) {
      return MirrorStore(connection).waiting(after, options_.batch);
    });
    more = static_cast<std::int64_t>(jobs.size()) == options_.batch;
    if (jobs.empty()) break;
    empty = false;
    after = {jobs.back().job.priority, jobs.back().run_at, jobs.back().job.item_id};
    std::vector<std::string> push = {"RPUSH", std::string(next_queue_key)};
    for (const auto& job : jobs)
      push.push_back(queued_text(job));
    send({push});
    publish_some();
  }
  if (empty) {
    send({{"DEL", std::string(queue_key)}});
  } else {
    send({{"RENAME", std::string(next_queue_key), std::string(queue_key)}});
  }
}

// Items can be deleted without an event, and others can write into Redis.
bool Mirror::queue_is_wrong() {
  if (steady_clock::now() < next_check_) return false;
  next_check_ = steady_clock::now() + options_.check_every;
  const auto waiting = database_.read_one(
      [](sql::Connection& connection) { return MirrorStore(connection).count_waiting(); });
  return connection_->run({"LLEN", queue_key}).integer != waiting;
}

void Mirror::send(const Commands& commands) {
  if (commands.empty()) return;
  const Commands begin = {{"WATCH", std::string(mark_key)}, {"GET", std::string(mark_key)}};
  const auto marked = connection_->run_all(begin);
  for (std::size_t i = 0; i < begin.size(); ++i)
    redis::Connection::throw_if_refused(begin[i], marked[i]);
  if (marked.back().text != mark_) throw Superseded("what Redis shows is another's");
  Commands whole = {{"MULTI"}};
  whole.insert(whole.end(), commands.begin(), commands.end());
  whole.push_back({"EXEC"});
  const auto replies = connection_->run_all(whole);
  for (std::size_t i = 0; i < replies.size(); ++i)
    redis::Connection::throw_if_refused(whole[i], replies[i]);
  const auto& done = replies.back();
  if (done.is_nil()) throw Superseded("what Redis shows is another's");
  for (std::size_t i = 0; i < done.list.size(); ++i)
    redis::Connection::throw_if_refused(commands[i], done.list[i]);
}

}  // namespace bot::jobs
