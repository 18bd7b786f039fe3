// What an item of the queue costs: N items with a handler that does nothing, on four workers, with
// as many finished ones stored already as the second number says.
//
// usage: queue_bench DATABASE ITEMS FINISHED    DATABASE: a file, or postgresql://…; it is filled
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <iostream>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/queue/queue.hpp"

namespace bot::queue {
namespace {

using Instant = std::chrono::steady_clock::time_point;

double seconds_since(Instant begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void add(store::Database& database, const std::string& lane, std::int64_t items) {
  constexpr std::int64_t at_once = 5000;
  const std::vector<NewItem> some(at_once, {.lane = lane, .kind = "nothing"});
  for (auto left = items; left > 0; left -= at_once) {
    database.write([&](sql::Connection& connection) {
      const auto n = static_cast<std::size_t>(std::min(left, at_once));
      enqueue_all(connection, std::span(some).first(n), SystemClock().now_ms());
    });
  }
}

// Through a lane of their own, as if they had been worked on.
void add_finished(store::Database& database, std::int64_t items) {
  add(database, "finished", items);
  database.write([](sql::Connection& connection) {
    connection.query(
        "UPDATE queue_items SET status = 'done', finished_at = created_at, attempts = 1"
        " WHERE lane = 'finished' AND status = 'ready'");
  });
}

double work_off(store::Database& database, std::uint64_t items) {
  const SystemClock clock;
  std::mutex mutex;
  std::condition_variable all;
  std::uint64_t stored = 0;
  DispatcherOptions options{.owner = "bench"};
  options.on_outcome = [&](const Item&, const Outcome&) {
    const std::lock_guard lock(mutex);
    if (++stored == items) all.notify_one();
  };
  Dispatcher dispatcher(database, clock, options);
  dispatcher.handle("work", 4, [](const Item&) { return Outcome::done(); });
  const auto begin = std::chrono::steady_clock::now();
  dispatcher.start();
  std::unique_lock lock(mutex);
  all.wait(lock, [&] { return stored == items; });
  return seconds_since(begin);
}

int run(const std::string& where, std::int64_t items, std::int64_t finished) {
  const SystemClock clock;
  store::DatabaseOptions options;
  (where.find("://") == where.npos ? options.path : options.url) = where;
  // The preparation is one long statement.
  options.statement_timeout = Millis{600'000};
  options.write_wait = Millis{600'000};
  store::Database database(options, clock);
  add_finished(database, finished);
  const auto begin = std::chrono::steady_clock::now();
  add(database, "work", items);
  const auto enqueued = seconds_since(begin);
  const auto worked = work_off(database, static_cast<std::uint64_t>(items));
  const auto n = static_cast<double>(items);
  std::cout << "finished " << finished << ": enqueued " << static_cast<std::int64_t>(n / enqueued)
            << " a second, worked off " << static_cast<std::int64_t>(n / worked) << " a second\n";
  return 0;
}

}  // namespace
}  // namespace bot::queue

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: queue_bench DATABASE ITEMS FINISHED\n";
    return 2;
  }
  return bot::queue::run(argv[1], std::stoll(argv[2]), std::stoll(argv[3]));
}
