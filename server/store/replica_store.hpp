#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "drivers/sql.hpp"
#include "server/store/rows.hpp"

namespace bot::store {

// A server of this database. `seen_at` tells whoever compares it with an earlier look that the
// server is there; clocks of different machines are never compared.
struct ReplicaRow {
  std::string id;
  std::string place;       // where its bots run: servers of one place can signal each other's bots
  std::string url;         // for bots of its place
  UnixMillis seen_at = 0;  // 0: it has ended, and said so

  bool operator==(const ReplicaRow&) const = default;
};

class ReplicaStore {
 public:
  explicit ReplicaStore(sql::Connection& connection) : connection_(connection) {}

  // Adds it or replaces what is there.
  void put(const ReplicaRow& replica);
  // By id.
  std::vector<ReplicaRow> all();
  void remove(std::string_view id);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::store
