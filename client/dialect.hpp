// Which generation of the service answers, and what differs between the generations, as data.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "client/client.hpp"
#include "client/types/service.hpp"

namespace bot::client {

// botd, or Vexa's own servers: s1 of September 2025, s2 of October 2025 (v0.6), head of 2026.
enum class Generation { botd, s1, s2, head, unknown };

// "botd", "Vexa S1", "Vexa S2", "Vexa HEAD", "unknown".
std::string_view name_of(Generation generation);

// What tells the generations apart. A status is 0 where nothing was asked.
struct Observations {
  std::string service = {};  // of GET /health, or the greeting of GET / where that is unknown
  int without_key = 0;       // the answer to GET /bots/status without a key
  int analytics = 0;         // to GET /admin/analytics/users without a key
};

Generation generation_of(const Observations& seen);

// What is made of the same request. The default is what an unknown server is taken for: whatever
// any generation does is accepted of it.
struct Dialect {
  enum class MeetingIds { any, platform_form };  // "smoke-test-1", or only "abc-defg-hij"
  enum class Stopping { stored, not_stored };    // does a stopped bot show as `stopping`?
  enum class StopAnswer { sentence, state };     // a `message`, or only the new `status`
  enum class RunningBots { name_meetings, name_containers };  // GET /bots/status
  enum class AdminApi { at_gateway, elsewhere };

  Generation generation = Generation::unknown;
  std::vector<int> limit_refusals = {429, 403};  // statuses of a bot over the user's limit
  std::vector<int> key_refusals = {401, 403};    // statuses of a missing or wrong key
  std::vector<std::string_view> states = {};     // words of a meeting's `status`; empty: any
  MeetingIds meeting_ids = MeetingIds::any;
  Stopping stopping = Stopping::stored;
  StopAnswer stop_answer = StopAnswer::sentence;
  RunningBots running_bots = RunningBots::name_meetings;
  AdminApi admin_api = AdminApi::at_gateway;
};

Dialect dialect_of(const Observations& seen);

// Finds out with at most two GET requests without a key; `health` is what check_health
// (client/health.hpp) gave. botd is known by that alone. Errors: those of the transport.
Result<Dialect> find_dialect(const Client& client,
                             const types::Health& health,
                             const ExchangeOptions& options = {});

// The name and what differs from botd, in one sentence for people.
std::string describe(const Dialect& dialect);

// "429", "429 or 403": for expectations.
std::string text_of(const std::vector<int>& statuses);

}  // namespace bot::client
