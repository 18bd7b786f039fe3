#include "server/jobs/event_feed.hpp"

#include <utility>

#include "base/fault.hpp"

namespace bot::jobs {
namespace {

types::JobEventPage nothing_after(std::int64_t since) {
  return {.events = {}, .next = since};
}

// What `read` gives, or why the store does not give it.
template <typename Read>
auto unless_away(const Read& read) -> Result<decltype(read())> {
  try {
    return read();
  } catch (const Unavailable& away) {
    return Error{.code = Errc::unavailable, .message = away.told()};
  } catch (const Fault&) {
    return Error{.code = Errc::internal, .message = "The events cannot be read"};
  }
}

}  // namespace

EventFeed::EventFeed(store::Database& database, const Clock& clock, Millis look_every)
    : database_(database), clock_(clock), look_every_(look_every), thread_([this] { run(); }) {}

EventFeed::~EventFeed() {
  release_all();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void EventFeed::fetch(EventFilter filter, Millis wait, Callback callback) {
  auto page = look(filter);
  if (!page || !page->events.empty()) return callback(std::move(page));
  // What is not for this one need not be looked at again.
  filter.since = page->next;
  {
    const std::lock_guard lock(mutex_);
    if (!released_ && wait > Millis{0}) {
      const auto deadline = std::chrono::steady_clock::now() + wait;
      waiters_.push_back({std::move(filter), deadline, std::move(callback)});
      // An event may have come since the look.
      woken_ = true;
      changed_.notify_all();
      return;
    }
  }
  callback(std::move(page));
}

std::shared_ptr<void> EventFeed::follow(EventFilter filter, Handler handler, Ready ready) {
  auto alive = std::make_shared<char>();
  {
    const std::lock_guard lock(mutex_);
    followers_.push_back({std::move(filter), std::move(handler), std::move(ready), alive});
    woken_ = true;
  }
  changed_.notify_all();
  return alive;
}

void EventFeed::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

void EventFeed::release_all() {
  std::list<Waiter> released;
  {
    const std::lock_guard lock(mutex_);
    released_ = true;
    released.swap(waiters_);
  }
  for (const auto& waiter : released)
    waiter.callback(nothing_after(waiter.filter.since));
}

std::size_t EventFeed::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiters_.size();
}

void EventFeed::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (waiters_.empty() && followers_.empty()) {
      changed_.wait(lock, [this] { return stopping_ || !waiters_.empty() || !followers_.empty(); });
    } else {
      changed_.wait_for(lock, look_every_, [this] { return stopping_ || woken_; });
    }
    woken_ = false;
    std::list<Waiter> waiters;
    waiters.swap(waiters_);
    std::list<Follower> followers;
    followers.swap(followers_);
    lock.unlock();
    if (!waiters.empty() || !followers.empty()) {
      const auto last = newest();
      serve(std::move(waiters), last);
      tell(std::move(followers), last);
    }
    lock.lock();
  }
}

Result<std::int64_t> EventFeed::newest() const {
  return unless_away([&] {
    return database_.read_one(
        [](sql::Connection& connection) { return EventStore(connection).newest(); });
  });
}

void EventFeed::serve(std::list<Waiter> waiters, const Result<std::int64_t>& newest) {
  const auto now = std::chrono::steady_clock::now();
  for (auto waiter = waiters.begin(); waiter != waiters.end();) {
    Result<types::JobEventPage> page = nothing_after(waiter->filter.since);
    if (!newest) {
      page = newest.error();
    } else if (*newest > waiter->filter.since) {
      page = look(waiter->filter);
    }
    const bool news = page && !page->events.empty();
    if (!news && waiter->deadline > now) {
      if (page) waiter->filter.since = page->next;
      ++waiter;
      continue;
    }
    waiter->callback(std::move(page));
    waiter = waiters.erase(waiter);
  }
  std::unique_lock lock(mutex_);
  if (!released_) waiters_.splice(waiters_.end(), waiters);
  lock.unlock();
  for (const auto& waiter : waiters)
    waiter.callback(nothing_after(waiter.filter.since));
}

void EventFeed::tell(std::list<Follower> followers, const Result<std::int64_t>& newest) {
  bool more = false;
  std::erase_if(followers, [](const Follower& follower) { return follower.alive.expired(); });
  for (auto& follower : followers) {
    if (!newest || *newest <= follower.filter.since || !follower.ready()) continue;
    const auto page = look(follower.filter);
    if (!page) continue;
    follower.filter.since = page->next;
    if (page->events.empty()) continue;
    if (const auto alive = follower.alive.lock()) follower.handler(*page);
    more = more || page->next < *newest;
  }
  const std::lock_guard lock(mutex_);
  followers_.splice(followers_.end(), followers);
  woken_ = woken_ || more;
}

Result<types::JobEventPage> EventFeed::look(const EventFilter& filter) const {
  return unless_away([&] {
    return database_.read([&](sql::Connection& connection) {
      return EventStore(connection).page(filter, clock_.now_ms());
    });
  });
}

}  // namespace bot::jobs
