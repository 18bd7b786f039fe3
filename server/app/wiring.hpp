// What a server is made of. How it is connected is in wiring.cpp, how it starts and stops in
// app.cpp.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/app/app.hpp"
#include "server/app/app_parts.hpp"
#include "server/app/data_dir.hpp"
#include "server/app/front.hpp"
#include "server/app/gauges.hpp"
#include "server/app/housekeeping.hpp"
#include "server/app/job_mirror.hpp"
#include "server/app/keys.hpp"
#include "server/app/log.hpp"
#include "server/app/metrics.hpp"
#include "server/app/readiness.hpp"
#include "server/app/router.hpp"
#include "server/app/transcript_streams.hpp"
#include "server/app/witness.hpp"
#include "server/app/worker_unit.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/bots/reaper.hpp"
#include "server/bots/replicas.hpp"
#include "server/commands/mailbox.hpp"
#include "server/events/bus.hpp"
#include "server/events/redis_link.hpp"
#include "server/jobs/event_feed.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/routes/authentication.hpp"
#include "server/store/database.hpp"

namespace bot::app {

// Members are built from top to bottom and taken down from bottom to top.
class App::Parts {
 public:
  Parts(const Config& config, const Clock& clock, DataDir data_dir, const Keys& keys, Doors doors);
  // Also when it never got so far as to serve.
  ~Parts();
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  Status start();
  // As App::stop.
  bool stop();

  const std::string& url() const { return front_.url(); }
  void reload_certificate() { front_.reload_certificate(); }

 private:
  void connect_bots();
  void connect_metrics();
  void connect_commands();
  void connect_webhooks();
  // On the thread that watches the other servers.
  void adopt_orphans();
  bool stop_working();
  void leave_replicas();
  void shut_bots_down();
  // Whoever can do what is in this lane, wherever that is.
  void wake(std::string_view lane);
  std::vector<routes::PartState> parts();
  routes::JobParts jobs();
  routes::QueueParts work();
  routes::ServiceFacts facts();
  http::DispatcherHooks hooks();

  const Config config_;
  Log log_;
  Metrics metrics_;
  Witness witness_{metrics_, log_};
  DataDir data_dir_;
  const Clock& clock_;
  store::Database database_;
  events::Bus bus_;
  commands::Mailbox mailbox_;
  std::unique_ptr<events::RedisLink> redis_;  // null: everything stays in this process
  const std::string secret_;                  // of all servers of the database
  std::unique_ptr<bots::Runtime> runtime_;
  std::unique_ptr<bots::Replicas> replicas_;  // null: this server is the only one
  bots::Lifecycle lifecycle_;
  std::unique_ptr<TranscriptStreams> streams_;  // null: without Redis
  queue::Listeners listeners_;
  jobs::EventFeed job_events_{database_, clock_};
  queue::Dispatcher queue_;
  std::unique_ptr<WorkerUnit> worker_;    // null: others work on the jobs
  std::unique_ptr<jobs::Mirror> mirror_;  // null: without Redis
  StoreCounter counter_{database_, clock_};
  bots::Reaper reaper_;
  Housekeeping housekeeping_;
  routes::Authenticator authenticator_;
  std::atomic<bool> draining_{false};
  bool stopped_ = false;
  bool adoption_broke_ = false;  // used by the thread that watches the other servers
  std::unique_ptr<http::WebSocketAcceptor> socket_;
  Front front_;
};

}  // namespace bot::app
