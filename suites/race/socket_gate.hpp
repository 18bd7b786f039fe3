#pragma once

#include <memory>
#include <stop_token>
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
  // What waits ends within a tenth of a second of `cancel`.
  SocketGate(client::Origin origin, std::string ca_file, std::stop_token cancel = {});
  ~SocketGate() override;

  Result<Burst> release(const std::vector<client::HttpRequest>& requests, Millis deadline) override;

 private:
  struct Lane;  // a connection and what is on it

  Deadline in(Millis time) const;
  Status open(Lane& lane, const Deadline& deadline);
  Status warm(Lane& lane, const Deadline& deadline);
  Status make_ready(std::size_t count, Millis deadline);
  Status load(Lane& lane, const client::HttpRequest& request, const Deadline& deadline);
  void fire(std::size_t count, Burst& burst);
  void collect(std::size_t count, const Deadline& deadline, Burst& burst);
  void take_answer(Lane& lane, Shot& shot);

  client::Origin origin_;
  std::string ca_file_;
  std::shared_ptr<client::TlsContext> tls_;
  std::stop_token cancel_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

// The greatest number of shots that were on their way at the same time.
std::size_t most_in_flight(const std::vector<Shot>& shots);

}  // namespace bot::suites::race
