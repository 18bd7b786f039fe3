// A claim in two round trips, of which the first can be shared with other statements.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/queue/queue.hpp"
#include "server/store/row_reader.hpp"

namespace bot::queue {

class Claim {
 public:
  // At most n items; what is taken is counted in `shares`. All that is given must outlive this.
  Claim(const Claimant& claimant,
        std::size_t n,
        UnixMillis now,
        Shares& shares,
        const Listeners& listeners);

  // Asks for the first candidates; valid until the next call.
  sql::Statement question(const sql::Dialect& dialect);
  // REQUIRES: the answer to question(), in this transaction.
  std::vector<Item> finish(sql::Connection& connection, sql::Rows candidates);
  // As queue::next_run_at, after finish().
  std::optional<UnixMillis> next_run_at() const;

 private:
  struct Candidate {
    std::int64_t id;
    std::optional<std::string> fair_key;
    std::int64_t priority;
  };
  // When the first item of a priority can run.
  struct Waiting {
    std::int64_t priority;
    std::optional<UnixMillis> run_at;
  };
  static Candidate read_candidate(store::RowReader& reader);
  static Waiting read_waiting(store::RowReader& reader);
  // Those whose keys have not got their share.
  std::vector<std::int64_t> taken(const std::vector<Candidate>& candidates);
  void lease_out_and_look(sql::Connection& connection, const std::vector<std::int64_t>& ids);
  // The highest priority of which something is due, not above the bound.
  std::optional<std::int64_t> due() const;

  const Claimant& claimant_;
  const std::size_t n_;
  const UnixMillis now_;
  Shares& shares_;
  const Listeners& listeners_;
  std::string question_;
  std::int64_t bound_;  // only priorities up to this one are asked for
  std::vector<Item> claimed_;
  std::vector<Waiting> outlook_;
};

}  // namespace bot::queue
