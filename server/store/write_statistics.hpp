#pragma once

#include <cstddef>
#include <cstdint>

#include "base/histogram.hpp"

namespace bot::store {

// How writing goes, since the start.
struct WriteStatistics {
  std::uint64_t writes = 0;       // finished, whatever their end
  std::uint64_t rolled_back = 0;  // of these, by their own wish or exception
  std::uint64_t refused = 0;      // turned away: too many waited, or the writer hung
  std::uint64_t given_up = 0;     // whose callers did not wait for their end
  std::uint64_t commits = 0;      // transactions, each of one batch of writes
  std::uint64_t syncs = 0;        // of these, the ones that changed something: one log sync each
  std::uint64_t failed_commits = 0;
  bool last_commit_failed = false;
  std::size_t waiting = 0;  // now
  bool hangs = false;       // now: the writer is at a batch that takes too long
  Histogram<8> batch_size{.bounds = {1, 2, 4, 8, 16, 32, 64, 128}};
  // From being submitted to being durable.
  Histogram<12> seconds{
      .bounds = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5}};
};

// How reading goes.
struct ReadStatistics {
  // Since the start, with the wait for a connection.
  Histogram<12> seconds{
      .bounds = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5}};
};

// Connections that are lent one at a time, now: to readers with SQLite, to everybody with
// PostgreSQL.
struct PoolUse {
  std::size_t most = 0;
  std::size_t in_use = 0;
  std::size_t waiting = 0;  // callers who wait for one
};

}  // namespace bot::store
