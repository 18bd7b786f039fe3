// What the contract tests of the queue have in common.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/queue/queue.hpp"
#include "tests/contract/engines.hpp"

namespace bot::queue {

class QueueCase : public store::OnEachEngine {
 protected:
  static constexpr Millis lease{30'000};

  std::int64_t add(const NewItem& item) {
    return *write([&](sql::Connection& connection) { return enqueue(connection, item, now()); });
  }
  std::vector<Item> take(std::size_t n, const std::string& owner = "w1") {
    return write([&](sql::Connection& connection) {
      return claim(connection, {"lane", owner, lease}, n, now(), listeners_);
    });
  }
  std::vector<std::string> expire() {
    return write(
        [&](sql::Connection& connection) { return return_expired(connection, now(), listeners_); });
  }
  bool finish(const Item& held) {
    return write([&](sql::Connection& connection) {
      return complete(connection, held.id, held.fence, now(), listeners_);
    });
  }
  bool retry(const Item& held, const std::string& error) {
    return write([&](sql::Connection& connection) {
      return retry_at(
          connection, held.id, held.fence, {.run_at = now(), .error = error}, now(), listeners_);
    });
  }
  bool kill(const Item& held, const std::string& reason) {
    return write([&](sql::Connection& connection) {
      return bury(connection, held.id, held.fence, reason, now(), listeners_);
    });
  }
  bool put_off(const Item& held, UnixMillis until) {
    return write([&](sql::Connection& connection) {
      return snooze(connection, held.id, held.fence, until, now(), listeners_);
    });
  }
  Cancellation ask_cancel(std::int64_t id, const std::string& reason = "not wanted") {
    return write([&](sql::Connection& connection) {
      return request_cancel(connection, id, reason, now(), listeners_);
    });
  }
  bool bring_back(std::int64_t id) {
    return write(
        [&](sql::Connection& connection) { return revive(connection, id, now(), listeners_); });
  }
  Item item(std::int64_t id) {
    return *read([&](sql::Connection& connection) { return find(connection, id); });
  }
  std::optional<UnixMillis> next() {
    return read([](sql::Connection& connection) { return next_run_at(connection, "lane"); });
  }
  static NewItem work(const std::string& kind) { return {.lane = "lane", .kind = kind}; }
  static std::string kinds(const std::vector<Item>& items) {
    std::string all;
    for (const auto& each : items)
      all += each.kind;
    return all;
  }

  Listeners listeners_;
};

}  // namespace bot::queue
