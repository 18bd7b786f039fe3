#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/http/origin.hpp"
#include "suites/race/connection.hpp"
#include "suites/race/gate.hpp"

namespace bot::suites::race {

// The real gate: one connection per request, opened and warmed beforehand and kept for the next
// burst; everything but the last byte is sent, then one thread sends the last bytes, for TLS their
// records encrypted before. That puts 32 requests within a fraction of a millisecond.
// For one thread at a time.
class SocketGate final : public Gate {
 public:
  SocketGate(client::Origin origin, const std::string& ca_file);
  ~SocketGate() override;

  Result<Burst> release(const std::vector<client::HttpRequest>& requests, Millis deadline) override;

 private:
  struct Lane;  // a connection and what is on it

  Status open(Lane& lane, Deadline deadline);
  Status warm(Lane& lane, Deadline deadline);
  Status make_ready(std::size_t count, Deadline deadline);
  Status load(Lane& lane, const client::HttpRequest& request, Deadline deadline);
  void fire(std::size_t count, Burst& burst);
  void collect(std::size_t count, Deadline deadline, Burst& burst);
  void take_answer(Lane& lane, Shot& shot);

  client::Origin origin_;
  std::shared_ptr<TlsContext> tls_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

// The greatest number of shots that were on their way at the same time.
std::size_t most_in_flight(const std::vector<Shot>& shots);

}  // namespace bot::suites::race
