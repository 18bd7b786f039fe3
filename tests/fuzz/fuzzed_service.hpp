#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/fakes/server/whole_service.hpp"
#include "tests/fuzz/request_script.hpp"

namespace bot::fuzz {

// The whole service with a few rows of each kind, which every input finds as they were: a user with
// a token, a webhook and an active, a reserved and a completed meeting. Nothing is launched or
// sent.
class FuzzedService {
 public:
  FuzzedService();

  // {user} and {admin}: their keys; {active}, {reserved} and {over}: the bots' callback secrets.
  const Words& words() const { return words_; }

  http::Reply answer(const http::Request& request);
  http::WebSocketAcceptor& sockets() { return service_.sockets(); }
  std::vector<std::string> faults() const { return service_.faults(); }

  // Takes back what was stored since the last call.
  void reset();

 private:
  http::Reply seed(const std::string& script);
  std::string callback_secret(std::int64_t meeting_id);
  void keep_tables();

  WholeService service_;
  Words words_;
  std::vector<std::string> restore_;  // statements that bring the kept rows back
  std::uint64_t changes_ = 0;         // commits that changed a row, up to the last reset
};

}  // namespace bot::fuzz
