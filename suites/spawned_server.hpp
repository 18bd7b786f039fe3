#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "base/result.hpp"
#include "suites/smoke.hpp"

namespace bot::suites {

// A private botd on a port of the kernel's choice, with a data directory of its own, fast bots, and
// scripts that make bots of meetings `stale-hang-*` and `stale-silent-*` go stale. Its environment
// is built by us; the administrator's key travels there. It ends when this process ends.
class SpawnedServer {
 public:
  // Returns once GET /health answers. Errors: invalid_argument (no botd), unreachable or timeout,
  // with the end of its log; cancelled.
  static Result<std::unique_ptr<SpawnedServer>> start(const SmokeOptions& options);

  SpawnedServer(const SpawnedServer&) = delete;
  SpawnedServer& operator=(const SpawnedServer&) = delete;
  // Kills it if it still runs; removes the directory unless the options say keep.
  ~SpawnedServer();

  // Asks it to end, waits, and removes its data. Errors: failed when it does not end or ends with
  // an error, with the end of its log.
  Status stop();

  const std::string& origin() const { return origin_; }
  const std::string& admin_key() const { return admin_key_; }
  const std::string& directory() const { return directory_; }

 private:
  explicit SpawnedServer(const SmokeOptions& options);

  Status launch(const std::string& program);
  Status await_health();
  // Waits at most so long; true once the process has ended (and is reaped).
  bool ended_within(Millis time);
  void kill_now();
  std::string log_tail() const;
  Error in_context(Error error) const;

  SmokeOptions options_;
  std::string admin_key_;
  std::string directory_;
  std::string origin_;
  pid_t pid_ = -1;
  int exit_status_ = 0;
};

// The arguments after `botd`, for a server with that data directory.
std::vector<std::string> spawned_arguments(const std::string& directory);

}  // namespace bot::suites
