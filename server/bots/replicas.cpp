#include "server/bots/replicas.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/fault.hpp"
#include "drivers/crypto.hpp"
#include "server/bots/process_handle.hpp"
#include "server/store/replica_store.hpp"

namespace bot::bots {

std::string process_place() {
  std::array<char, 64> name_space{};
  const auto length = ::readlink("/proc/self/ns/pid", name_space.data(), name_space.size());
  const auto seen = length > 0 ? std::string(name_space.data(), static_cast<std::size_t>(length))
                               : std::string("unknown");
  constexpr std::size_t enough = 12;
  return sha256_hex(boot_id() + " " + seen).substr(0, enough);
}

Replicas::Replicas(store::Database& database, const Clock& clock, ReplicaOptions options)
    : database_(database), clock_(clock), options_(std::move(options)) {}

Replicas::~Replicas() {
  stop_watching();
}

void Replicas::stop_watching() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Replicas::start(std::string url, std::function<void()> after_round) {
  url_ = std::move(url);
  after_round_ = std::move(after_round);
  run_once();
  thread_ = std::thread([this] { loop(); });
}

void Replicas::stop() {
  stop_watching();
  database_.write([this](sql::Connection& connection) {
    store::ReplicaStore(connection).put({options_.id, options_.place, url_, 0});
  });
}

void Replicas::run_once() {
  const auto begun = clock_.monotonic();
  const auto forgotten = long_gone();
  const auto rows = database_.write([&](sql::Connection& connection) {
    store::ReplicaStore replicas(connection);
    replicas.put({options_.id, options_.place, url_, clock_.now_ms()});
    for (const auto& id : forgotten)
      replicas.remove(id);
    return replicas.all();
  });
  const std::scoped_lock lock(mutex_);
  const auto now = clock_.monotonic();
  // A write that hung is a gap as much as a process that stood still.
  const bool gap = !last_round_ || now - *last_round_ > options_.silence / 2 ||
                   now - begun > options_.silence / 2;
  last_round_ = now;
  std::map<std::string, Seen, std::less<>> seen;
  for (const auto& row : rows) {
    if (row.id == options_.id) continue;
    const auto before = seen_.find(row.id);
    const bool same = before != seen_.end() && before->second.seen_at == row.seen_at;
    seen[row.id] = {row.place, row.url, row.seen_at, same && !gap ? before->second.changed : now};
  }
  seen_ = std::move(seen);
}

std::vector<std::string> Replicas::long_gone() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, seen] : seen_) {
    if (clock_.monotonic() - seen.changed > options_.memory) ids.push_back(id);
  }
  return ids;
}

// REQUIRES: mutex_ is held.
bool Replicas::is_gone(const Seen& seen) const {
  return seen.seen_at == 0 || clock_.monotonic() - seen.changed > options_.silence;
}

bool Replicas::is_gone(std::string_view id) const {
  if (id == options_.id) return false;
  const std::scoped_lock lock(mutex_);
  const auto found = seen_.find(id);
  return found == seen_.end() || is_gone(found->second);
}

std::vector<std::string> Replicas::gone() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, seen] : seen_) {
    if (is_gone(seen)) ids.push_back(id);
  }
  return ids;
}

std::vector<std::string> Replicas::peer_urls() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> urls;
  for (const auto& [id, seen] : seen_) {
    if (seen.place == options_.place && !seen.url.empty() && !is_gone(seen))
      urls.push_back(seen.url);
  }
  return urls;
}

std::size_t Replicas::count() const {
  const std::scoped_lock lock(mutex_);
  const auto there = std::count_if(
      seen_.begin(), seen_.end(), [this](const auto& other) { return !is_gone(other.second); });
  return 1 + static_cast<std::size_t>(there);
}

bool Replicas::leads() const {
  const std::scoped_lock lock(mutex_);
  return std::all_of(seen_.begin(), seen_.end(), [this](const auto& other) {
    return other.first > options_.id || is_gone(other.second);
  });
}

void Replicas::loop() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, options_.interval, [this] { return stopping_; })) {
    lock.unlock();
    try {
      run_once();
      if (after_round_) after_round_();
    } catch (const std::exception&) {
      // The database is away, or a resource of this process. The next round tries again; what was
      // not seen meanwhile is a gap.
    }
    lock.lock();
  }
}

}  // namespace bot::bots
