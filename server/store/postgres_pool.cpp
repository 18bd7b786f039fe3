#include "server/store/postgres_pool.hpp"

#include "base/backoff.hpp"

namespace bot::store {

using std::chrono::steady_clock;

namespace {

// Whoever gets a session later than that would only lose it.
constexpr Millis least_left{100};
constexpr const char* told_when_away = "the database cannot be reached; try again";

}  // namespace

PostgresPool::PostgresPool(Options options) : options_(std::move(options)) {}

PostgresPool::Session PostgresPool::take(Instant until) {
  std::unique_lock lock(mutex_);
  const auto free = [&] { return !idle_.empty() || open_ < options_.most; };
  ++waiting_;
  const bool found = changed_.wait_until(lock, until, free);
  --waiting_;
  if (!found || until - steady_clock::now() < least_left) {
    changed_.notify_one();
    throw Unavailable("all connections to PostgreSQL are busy", "the database is busy; try again");
  }
  if (!idle_.empty()) {
    auto session = std::move(idle_.back());
    idle_.pop_back();
    session->answer_by(until);
    return session;
  }
  if (failures_ > 0) {
    if (steady_clock::now() < next_attempt_) throw Unavailable(last_failure_, told_when_away);
    // Whoever comes while this attempt is under way is told what the last one was told.
    next_attempt_ = steady_clock::now() + options_.session.connect_timeout;
  }
  ++open_;
  lock.unlock();
  return open(until);
}

PostgresPool::Session PostgresPool::open(Instant until) {
  constexpr Backoff pauses{.first = Millis{100}, .longest = Millis{2000}};
  try {
    auto session = std::make_unique<sql::PostgresConnection>(options_.session, until);
    const std::lock_guard lock(mutex_);
    failures_ = 0;
    return session;
  } catch (const Fault& failure) {
    {
      const std::lock_guard lock(mutex_);
      --open_;
      last_failure_ = failure.what();
      next_attempt_ = steady_clock::now() + pauses.jittered(static_cast<std::size_t>(failures_++));
    }
    changed_.notify_one();
    throw;
  }
}

void PostgresPool::give_back(Session session) noexcept {
  const bool good = session->ready();
  {
    const std::lock_guard lock(mutex_);
    if (good) {
      idle_.push_back(std::move(session));
    } else {
      --open_;
    }
  }
  changed_.notify_one();
}

PoolUse PostgresPool::use() const {
  const std::lock_guard lock(mutex_);
  return {.most = options_.most, .in_use = open_ - idle_.size(), .waiting = waiting_};
}

void PostgresPool::lost_one(sql::PostgresConnection::Loss loss, const std::string& why) {
  using Loss = sql::PostgresConnection::Loss;
  if (loss == Loss::none || loss == Loss::out_of_time) return;
  std::vector<Session> closed;
  {
    const std::lock_guard lock(mutex_);
    closed.swap(idle_);
    open_ -= closed.size();
    if (loss == Loss::silent && failures_ == 0) {
      failures_ = 1;
      last_failure_ = why;
      next_attempt_ = steady_clock::now();
    }
  }
  changed_.notify_all();
}

}  // namespace bot::store
