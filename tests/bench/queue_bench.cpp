// What the queue does with empty handlers, on the DATABASE (postgresql://… or a file of SQLite).
//
//   queue_bench enqueue DATABASE ITEMS
//   queue_bench drain DATABASE ITEMS DISPATCHERS WORKERS
//   queue_bench handle DATABASE REDIS_URL
//   queue_bench tell DATABASE REDIS_URL ITEMS PAUSE_MS
//
// enqueue adds the items in one call and one transaction: {"items":N,"seconds":S}. drain adds them
// likewise, then starts so many dispatchers with so many workers each and waits until every verdict
// is stored: {"items":N,"enqueue_s":S,"seconds":S,"cpu_s":S}; the time and this process's CPU are
// of the second half. tell adds items one at a time and says so on Redis to handle, another
// process, which says {"waiting":true} when it hears and ends with its input. Both then say when
// what happened to each item, in µs of CLOCK_MONOTONIC: {"begun":[…],"committed":[…]} and
// {"entered":[…]}, the handler.
#include <sys/resource.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "server/events/redis_feed.hpp"
#include "server/events/redis_publisher.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/queue/queue.hpp"
#include "server/store/database.hpp"

namespace bot::queue {
namespace {

constexpr std::string_view lane = "bench";
constexpr const char* wake_channel = "queue_bench:wake";
constexpr std::chrono::minutes patience{5};

// Of CLOCK_MONOTONIC, which all processes of the machine share.
std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double seconds_since(std::int64_t begun_us) {
  return static_cast<double>(now_us() - begun_us) / 1e6;
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

store::DatabaseOptions options_of(const std::string& database) {
  if (database.starts_with("postgres")) return {.url = database};
  return {.path = database};
}

NewItem empty_item() {
  return {.lane = std::string(lane), .kind = "empty"};
}

// How long the one call and its transaction took, in seconds.
double enqueue_all_of(store::Database& database, const Clock& clock, std::size_t count) {
  const std::vector<NewItem> items(count, empty_item());
  const auto begun = now_us();
  const auto ids = database.write(
      [&](sql::Connection& connection) { return enqueue_all(connection, items, clock.now_ms()); });
  const auto took = seconds_since(begun);
  if (ids.size() != count) throw std::runtime_error("not every item was enqueued");
  return took;
}

// Counts down to nothing left.
class Countdown {
 public:
  explicit Countdown(std::size_t count) : left_(count) {}

  void one_less() {
    const std::lock_guard lock(mutex_);
    if (left_ > 0 && --left_ == 0) none_left_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    if (!none_left_.wait_for(lock, patience, [this] { return left_ == 0; }))
      throw std::runtime_error(std::to_string(left_) + " items were not worked on");
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_left_;
  std::size_t left_;
};

void enqueue_only(store::Database& database, const Clock& clock, std::size_t items) {
  std::printf("{\"items\":%zu,\"seconds\":%.4f}\n", items, enqueue_all_of(database, clock, items));
}

void drain(store::Database& database,
           const Clock& clock,
           std::size_t items,
           int dispatchers,
           int workers) {
  const auto enqueued = enqueue_all_of(database, clock, items);
  Countdown unfinished(items);
  std::vector<std::unique_ptr<Dispatcher>> all;
  for (int i = 0; i < dispatchers; ++i) {
    DispatcherOptions options;
    options.owner = "bench-" + std::to_string(i);
    options.on_outcome = [&](const Item&, const Outcome&) { unfinished.one_less(); };
    all.push_back(std::make_unique<Dispatcher>(database, clock, std::move(options)));
    all.back()->handle(std::string(lane), workers, [](const Item&) { return Outcome::done(); });
  }
  const auto begun = now_us();
  const auto cpu = cpu_seconds();
  for (auto& each : all)
    each->start();
  unfinished.wait();
  std::printf("{\"items\":%zu,\"enqueue_s\":%.4f,\"seconds\":%.4f,\"cpu_s\":%.4f}\n",
              items,
              enqueued,
              seconds_since(begun),
              cpu_seconds() - cpu);
}

std::string listed(const std::vector<std::int64_t>& times) {
  std::string text;
  for (const auto time : times)
    text += (text.empty() ? "" : ",") + std::to_string(time);
  return "[" + text + "]";
}

void handle(store::Database& database, const Clock& clock, const std::string& redis_url) {
  std::mutex mutex;
  std::vector<std::int64_t> entered;
  DispatcherOptions options;
  options.owner = "bench";
  Dispatcher dispatcher(database, clock, std::move(options));
  dispatcher.handle(std::string(lane), 1, [&](const Item&) {
    const std::lock_guard lock(mutex);
    entered.push_back(now_us());
    return Outcome::done();
  });
  events::RedisFeed feed(
      {.url = redis_url, .patterns = {wake_channel}},
      [&](std::string_view /*channel*/, std::string_view about) { dispatcher.wake(about); },
      [&feed] {
        if (feed.connected()) std::puts("{\"waiting\":true}");
      });
  dispatcher.start();
  feed.start();
  for (std::string line; std::getline(std::cin, line);) {
  }
  feed.stop();
  if (!dispatcher.stop(Millis{10'000})) throw std::runtime_error("a handler does not return");
  std::printf("{\"entered\":%s}\n", listed(entered).c_str());
}

void tell(store::Database& database,
          const Clock& clock,
          const std::string& redis_url,
          int items,
          Millis pause) {
  events::RedisPublisher publisher({.url = redis_url});
  std::vector<std::int64_t> begun;
  std::vector<std::int64_t> committed;
  for (int i = 0; i < items; ++i) {
    std::this_thread::sleep_for(pause);
    begun.push_back(now_us());
    database.write([&](sql::Connection& connection) {
      return enqueue(connection, empty_item(), clock.now_ms());
    });
    committed.push_back(now_us());
    publisher.post({.channel = wake_channel, .body = std::string(lane)});
  }
  // The last one is on its way.
  std::this_thread::sleep_for(pause);
  std::printf(
      "{\"begun\":%s,\"committed\":%s}\n", listed(begun).c_str(), listed(committed).c_str());
}

int run(const std::vector<std::string>& words) {
  const std::string mode = words.empty() ? "" : words[0];
  const auto has = [&](std::string_view name, std::size_t count) {
    return mode == name && words.size() == count;
  };
  const SystemClock clock;
  if (has("enqueue", 3)) {
    store::Database database(options_of(words[1]), clock);
    enqueue_only(database, clock, std::stoul(words[2]));
  } else if (has("drain", 5)) {
    store::Database database(options_of(words[1]), clock);
    drain(database, clock, std::stoul(words[2]), std::stoi(words[3]), std::stoi(words[4]));
  } else if (has("handle", 3)) {
    store::Database database(options_of(words[1]), clock);
    handle(database, clock, words[2]);
  } else if (has("tell", 5)) {
    store::Database database(options_of(words[1]), clock);
    tell(database, clock, words[2], std::stoi(words[3]), Millis(std::stoi(words[4])));
  } else {
    std::fputs("usage: queue_bench enqueue|drain|handle|tell DATABASE …\n", stderr);
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace bot::queue

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  try {
    return bot::queue::run({argv + 1, argv + argc});
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "queue_bench: %s\n", problem.what());
    return 1;
  }
}
