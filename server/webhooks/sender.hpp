#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "server/webhooks/target.hpp"

namespace bot::webhooks {

struct Post {
  std::string url;
  std::string body;
  std::string secret;  // empty: unsigned
  std::string event_id;
  std::int64_t unix_seconds = 0;
};

struct Answer {
  int status = 0;
  std::optional<Millis> retry_after;
};

struct SenderOptions {
  PrivateTargets private_targets = PrivateTargets::refused;
  Millis timeout{10'000};
  std::size_t longest_answer = std::size_t{64} * 1024;  // read and thrown away
  std::string ca_file = {};                             // PEM; empty: the system's
};

// POSTs one event: resolves the name once, connects to the checked address, never follows a
// redirect, ignores proxies of the environment. Thread-safe. Any HTTP status is an answer. Errors:
// forbidden (target refused), invalid_argument (URL), unreachable, timeout, protocol. No error
// holds the secret.
Result<Answer> post(const Post& event, const SenderOptions& options);

}  // namespace bot::webhooks
