// The few calls of the Docker Engine API that bots need, typed
// (https://docs.docker.com/engine/api). Every call has a deadline.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.hpp"
#include "base/result.hpp"

namespace bot::client {
class CurlStream;
class Transport;
struct HttpRequest;
struct HttpResponse;
}  // namespace bot::client

namespace bot::bots {

struct DockerEngineOptions {
  std::string socket = "/var/run/docker.sock";
  Millis deadline{5'000};         // of what only asks
  Millis work_deadline{30'000};   // of create, start, kill, remove
  Millis pull_deadline{240'000};  // shorter than a reservation may last
};

struct EngineFacts {
  std::string version;  // "24.0.7"
  // 12 hex digits: the same for everybody who reaches this Engine, and after its restarts.
  std::string identity;
};

// What becomes a container. Zero: no limit.
struct ContainerPlan {
  std::string name;
  std::string image;
  std::vector<std::string> environment;  // NAME=value
  std::map<std::string, std::string> labels;
  std::string network;  // a network's name, or bridge, host, container:NAME
  std::int64_t memory_bytes = 0;
  std::int64_t nano_cpus = 0;
  std::int64_t pids = 0;
};

struct Container {
  enum class Phase { created, running, ended };

  std::string id;  // 64 hex digits
  Phase phase = Phase::created;
  std::map<std::string, std::string> labels;
  std::optional<int> exit_code;  // of an ended one, by inspect only

  std::string label(const std::string& name) const;  // empty when there is none
};

// Over the Engine's unix socket; thread-safe. Errors: unreachable and timeout (it is away),
// not_found, conflict, invalid_argument (400), protocol, server_error with the Engine's own words.
class DockerEngine {
 public:
  explicit DockerEngine(DockerEngineOptions options);
  ~DockerEngine();

  const std::string& socket() const { return options_.socket; }

  // Who it is; settles which version of the API is spoken from now on.
  Result<EngineFacts> greet();

  // Returns the id. not_found: there is no such image. conflict: the name is taken.
  Result<std::string> create(const ContainerPlan& plan);
  Status start(const std::string& id);
  // SIGTERM; its end is not waited for.
  Status terminate(const std::string& id);
  // SIGKILL.
  Status kill(const std::string& id);
  // Ends it if need be. One that is gone already is no error.
  Status remove(const std::string& id);
  Result<Container> inspect(const std::string& id_or_name);
  // All that have the label "NAME=value", ended ones too.
  Result<std::vector<Container>> list(const std::string& label);

  Result<bool> has_image(const std::string& image);
  // server_error also where it took longer than its deadline: that Engine is not away.
  Status pull(const std::string& image);

  // The id of each container with the label that ends or goes, as it happens; `opened` as soon as
  // nothing more is missed. Blocks until the Engine breaks off (success) or stop_listening is
  // called, on the caller's thread.
  Status listen(const std::string& label,
                const std::function<void()>& opened,
                const std::function<void(const std::string& id)>& ended);
  // For good; pulls, signals and removals are not waited for any longer.
  void stop_listening();

 private:
  Result<client::HttpResponse> call(client::Transport& transport,
                                    const client::HttpRequest& request,
                                    Millis deadline);
  Result<client::HttpResponse> versioned(client::HttpRequest request, Millis deadline);
  Status signal(const std::string& id, std::string_view name);
  Status settle_version(const std::string& body, EngineFacts& facts);
  std::string base() const;

  const DockerEngineOptions options_;
  std::atomic<bool> ending_{false};
  const std::shared_ptr<client::Transport> transport_;
  const std::shared_ptr<client::Transport> waiting_;  // for what is given up at the end
  const std::unique_ptr<client::CurlStream> stream_;
  mutable std::mutex mutex_;
  std::string api_ = "1.41";  // guarded by mutex_
};

// Is this how an Engine says that it is away, so that the same call may succeed later?
bool is_away(const Error& error);

}  // namespace bot::bots
