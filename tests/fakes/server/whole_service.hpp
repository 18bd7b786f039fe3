#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/bots/lifecycle.hpp"
#include "server/http/dispatcher.hpp"
#include "server/http/web_socket.hpp"
#include "server/jobs/event_feed.hpp"
#include "server/routes/authentication.hpp"
#include "server/routes/routes.hpp"
#include "tests/fakes/base/manual_clock.hpp"
#include "tests/fakes/bots/fake_runtime.hpp"

namespace bot {

// All that answers requests, in one process and without a network: real store (in memory), routes,
// lifecycle and authentication, over bots that do nothing by themselves and a clock that stands.
class WholeService {
 public:
  struct Options {
    domain::IdRule id_rule = domain::IdRule::lenient;
    webhooks::PrivateTargets private_targets = webhooks::PrivateTargets::refused;
    std::int64_t generate_limit = 10;
    std::int64_t account_limit = 1000;
  };
  static constexpr const char* admin_key = "the-admin-key-of-these-tests";
  static constexpr const char* server_secret = "the server's own secret";

  WholeService() : WholeService(Options{}) {}
  explicit WholeService(Options options);
  ~WholeService();
  WholeService(const WholeService&) = delete;
  WholeService& operator=(const WholeService&) = delete;

  const http::Dispatcher& dispatcher() const { return dispatcher_; }
  store::Database& database() { return database_; }
  ManualClock& clock() { return clock_; }
  bots::FakeRuntime& runtime() { return runtime_; }
  bots::Lifecycle& lifecycle() { return lifecycle_; }
  commands::Mailbox& mailbox() { return mailbox_; }
  jobs::EventFeed& job_events() { return job_events_; }
  http::WebSocketAcceptor& sockets() { return *sockets_; }
  routes::Authenticator& authenticator() { return authenticator_; }

  // From now on reservations are launched and jobs are done, by the queue's own threads.
  void launch_bots();
  // What /ready is told from now on.
  void set_part(const routes::PartState& part);
  // Lanes that were told to hold something, in order.
  const std::vector<std::string>& wakes() const { return wakes_; }
  // Bugs that a handler let out; a test of ours fails on any.
  std::vector<std::string> faults() const;
  std::vector<http::AccessRecord> accesses() const;
  // Lets go of the records so far.
  void forget_accesses();

 private:
  bots::LifecycleOptions lifecycle_options() const;
  queue::DispatcherOptions queue_options() const;
  http::Router make_router(const Options& options);
  http::DispatcherHooks hooks();

  ManualClock clock_;
  store::Database database_;
  events::Bus bus_;
  commands::Mailbox mailbox_;
  bots::FakeRuntime runtime_;
  bots::Lifecycle lifecycle_;
  queue::Listeners listeners_;
  jobs::EventFeed job_events_{database_, clock_, Millis{10}};
  std::vector<std::string> wakes_;
  queue::Dispatcher queue_;
  bool launching_ = false;
  routes::Authenticator authenticator_;
  mutable std::mutex mutex_;
  std::vector<routes::PartState> parts_;      // guarded by mutex_
  std::vector<std::string> faults_;           // guarded by mutex_
  std::vector<http::AccessRecord> accesses_;  // guarded by mutex_
  http::Dispatcher dispatcher_;
  std::unique_ptr<http::WebSocketAcceptor> sockets_;
};

}  // namespace bot
