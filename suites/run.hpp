#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "client/dialect.hpp"
#include "client/http/redact.hpp"
#include "client/http/transport.hpp"
#include "suites/behind.hpp"
#include "suites/race/gate.hpp"
#include "suites/smoke.hpp"

namespace bot::suites {

// Whether the server under test was started by this run, with bots that can be made to misbehave.
enum class Ownership { foreign, own };

// A transport whose transfers end soon after `cancelled` says so.
using Connect = std::function<std::shared_ptr<client::Transport>(std::function<bool()> cancelled)>;

// How a run reaches the service: the real network, or a twin of the service in tests.
struct Wiring {
  Connect connect;  // called by several threads
  std::shared_ptr<race::Gate> gate;
  Ownership ownership = Ownership::foreign;
  std::shared_ptr<Behind> behind = nullptr;  // null: nothing is looked at but the API
};

// What the stages of one run share. Thread-safe once made.
struct Run {
  const SmokeOptions& options;
  Wiring wiring;
  std::string server;
  std::string id;
  client::Dialect dialect = {};
  client::Redactor secrets = {};
  // Set where the server refuses the seed's plain meeting ids, as its generation does or as it has
  // shown: then they are mapped to codes of the platform's own form.
  std::atomic<bool> strict_ids = dialect.meeting_ids == client::Dialect::MeetingIds::platform_form;
  std::mutex progress_mutex = {};

  Millis scaled(Millis base) const {
    return std::chrono::duration_cast<Millis>(base * options.timeout_scale);
  }
};

}  // namespace bot::suites
