#include "server/commands/mailbox.hpp"

#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "base/fault.hpp"
#include "server/store/command_store.hpp"
#include "server/store/database.hpp"
#include "server/store/session_store.hpp"

namespace bot::commands {

using std::chrono::steady_clock;

namespace {

Error closed() {
  return Error{.code = Errc::not_found, .message = "the bot's session has ended"};
}

}  // namespace

Mailbox::Mailbox(store::Database& database, const Clock& clock)
    : database_(database), clock_(clock), thread_([this] { run(); }) {}

Mailbox::~Mailbox() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  for (auto& [session, waiter] : waiting_)
    waiter.callback(Commands{});
}

std::size_t Mailbox::waiting() const {
  const std::scoped_lock lock(mutex_);
  return waiting_.size();
}

// REQUIRES: mutex_ is held.
std::optional<Mailbox::Waiter> Mailbox::remove(const std::string& session_uid) {
  const auto found = waiting_.find(session_uid);
  if (found == waiting_.end()) return std::nullopt;
  Waiter waiter = std::move(found->second);
  waiting_.erase(found);
  const auto [first, last] = deadlines_.equal_range(waiter.deadline);
  for (auto each = first; each != last; ++each) {
    if (each->second.second != waiter.number) continue;
    deadlines_.erase(each);
    break;
  }
  return waiter;
}

Result<Commands> Mailbox::take(const std::string& session_uid, std::int64_t after) {
  try {
    auto found = database_.read([&](sql::Connection& connection) -> Result<Commands> {
      const auto session = store::SessionStore(connection).find_by_uid(session_uid);
      if (!session || session->ended_at) return closed();
      return store::CommandStore(connection).undelivered(session_uid, after);
    });
    if (!found || found->empty()) return found;
    const auto first = database_.write([&](sql::Connection& connection) {
      store::CommandStore commands(connection);
      std::size_t marked = 0;
      for (const auto& command : *found)
        marked += commands.mark_delivered(command.id, clock_.now_ms()) ? 1 : 0;
      return marked;
    });
    if (on_delivery_ && first > 0) on_delivery_(first);
    return found;
  } catch (const Unavailable& away) {
    return Error{.code = Errc::unavailable, .message = away.told()};
  } catch (const Fault&) {
    return Error{.code = Errc::internal, .message = "the commands cannot be read"};
  }
}

void Mailbox::fetch(const std::string& session_uid,
                    std::int64_t after,
                    Millis wait,
                    Callback callback) {
  if (on_fetch_) on_fetch_(session_uid);
  std::optional<Waiter> replaced;
  std::uint64_t number = 0;
  {
    // First it waits, then it looks: a command that is committed in between wakes it.
    const std::scoped_lock lock(mutex_);
    if (released_) wait = Millis{0};
    replaced = remove(session_uid);
    number = next_number_++;
    const Instant deadline = steady_clock::now() + wait;
    deadlines_.emplace(deadline, std::pair(session_uid, number));
    waiting_.emplace(session_uid, Waiter{number, after, deadline, std::move(callback)});
  }
  changed_.notify_one();
  if (replaced) replaced->callback(Commands{});

  auto commands = take(session_uid, after);
  if (commands && commands->empty() && wait.count() > 0) return;
  std::optional<Waiter> own;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = waiting_.find(session_uid);
    // It may have been answered by the mailbox's thread meanwhile.
    if (found != waiting_.end() && found->second.number == number) own = remove(session_uid);
  }
  if (own) own->callback(std::move(commands));
}

void Mailbox::wake(const std::string& session_uid) {
  {
    const std::scoped_lock lock(mutex_);
    // One that is being served may have looked before the command was there: it waits again.
    if (!waiting_.contains(session_uid) && !serving_.contains(session_uid)) return;
    woken_.push_back(session_uid);
  }
  changed_.notify_one();
}

void Mailbox::wake_all() {
  {
    const std::scoped_lock lock(mutex_);
    if (waiting_.empty() && serving_.empty()) return;
    look_for_all_ = true;
  }
  changed_.notify_one();
}

std::vector<std::string> Mailbox::find_news(const std::map<std::string, std::int64_t>& waiting) {
  std::vector<std::string> sessions;
  sessions.reserve(waiting.size());
  for (const auto& [session, after] : waiting)
    sessions.push_back(session);
  std::vector<std::string> found;
  try {
    const auto news = database_.read([&](sql::Connection& connection) {
      return store::CommandStore(connection).last_undelivered(sessions);
    });
    for (const auto& [session, last] : news) {
      if (last > waiting.at(session)) found.push_back(session);
    }
  } catch (const Fault&) {
    // Each of them looks again when its wait is over.
  }
  return found;
}

void Mailbox::close(const std::string& session_uid) {
  std::optional<Waiter> waiter;
  {
    const std::scoped_lock lock(mutex_);
    waiter = remove(session_uid);
  }
  if (waiter) waiter->callback(closed());
}

void Mailbox::release_all() {
  std::unordered_map<std::string, Waiter> released;
  {
    const std::scoped_lock lock(mutex_);
    released_ = true;
    released.swap(waiting_);
    deadlines_.clear();
  }
  for (auto& [session, waiter] : released)
    waiter.callback(Commands{});
}

void Mailbox::serve(const std::string& session_uid, Waiter waiter) {
  auto commands = take(session_uid, waiter.after);
  const bool expired = steady_clock::now() >= waiter.deadline;
  if (commands && commands->empty() && !expired) {
    // Woken for a command that it has fetched already: it goes on waiting, unless the bot has come
    // again meanwhile.
    const std::scoped_lock lock(mutex_);
    if (!waiting_.contains(session_uid) && !released_) {
      deadlines_.emplace(waiter.deadline, std::pair(session_uid, waiter.number));
      waiting_.emplace(session_uid, std::move(waiter));
      return;
    }
  }
  waiter.callback(std::move(commands));
}

// REQUIRES: `lock` is held; it is not while the store is asked.
void Mailbox::look_for_all(std::unique_lock<std::mutex>& lock) {
  std::map<std::string, std::int64_t> waiting;
  for (const auto& [session, waiter] : waiting_)
    waiting.emplace(session, waiter.after);
  lock.unlock();
  auto news = find_news(waiting);
  lock.lock();
  woken_.insert(woken_.end(), news.begin(), news.end());
}

void Mailbox::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const bool called = look_for_all_ || !woken_.empty();
    if (!called && deadlines_.empty()) {
      changed_.wait(lock);
    } else if (!called && deadlines_.begin()->first > steady_clock::now()) {
      changed_.wait_until(lock, Instant(deadlines_.begin()->first));
    }
    if (stopping_) return;
    if (std::exchange(look_for_all_, false)) look_for_all(lock);
    std::vector<std::pair<std::string, Waiter>> due;
    for (const auto& session : std::exchange(woken_, {})) {
      if (auto waiter = remove(session)) due.emplace_back(session, *std::move(waiter));
    }
    const Instant now = steady_clock::now();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      const std::string session = deadlines_.begin()->second.first;
      if (auto waiter = remove(session)) due.emplace_back(session, *std::move(waiter));
    }
    for (const auto& [session, waiter] : due)
      serving_.insert(session);
    lock.unlock();
    for (auto& [session, waiter] : due)
      serve(session, std::move(waiter));
    lock.lock();
    serving_.clear();
  }
}

}  // namespace bot::commands
