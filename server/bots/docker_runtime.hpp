#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/backoff.hpp"
#include "server/bots/docker_engine.hpp"
#include "server/bots/docker_handle.hpp"
#include "server/bots/docker_plan.hpp"
#include "server/bots/errands.hpp"
#include "server/bots/image_pull.hpp"
#include "server/bots/runtime.hpp"

namespace bot::bots {

struct DockerRuntimeOptions {
  DockerEngineOptions engine = {};
  ContainerSettings container = {};
  ImagePull pull = ImagePull::missing;
  // Known from an earlier start; empty: that of the first Engine that answers.
  std::string identity = {};
  // How often all containers are looked at, in case an event was missed.
  Millis look_every{10'000};
  // An Engine that has been away for less than this is waited for by launches.
  Millis patience{60'000};
  Backoff reconnect{.first = Millis{200}, .longest = Millis{5'000}};
  // Which of these sessions have no live row; may throw bot::Fault. Empty: strays are left alone.
  std::function<std::set<std::string>(const std::vector<std::string>& session_uids)> without_row =
      {};
  Millis stray_stop{10'000};  // from their SIGTERM to their SIGKILL
  // Told now and then whose containers run; may throw bot::Fault. May be empty.
  std::function<void(const std::vector<std::int64_t>& meeting_ids)> vouch = {};
  Millis vouch_every{30'000};  // at most a quarter of how long a bot may be silent
  // Told the identity when there was none and an Engine has answered; on any thread, may be empty.
  std::function<void(const std::string& identity)> on_identity = {};
  // For the log: one sentence. May be empty.
  std::function<void(const std::string& sentence)> on_news = {};
};

// Bots as containers of a Docker Engine (contract appendix B), by whatever image takes BOT_CONFIG.
// They outlive this server. Their ends are noticed by the Engine's events; a container is removed
// once its exit code is stored. When the Engine comes back from being away, all are looked at
// again. Containers of the installation that belong to no live row are stopped and removed.
class DockerRuntime final : public Runtime {
 public:
  explicit DockerRuntime(DockerRuntimeOptions options);
  ~DockerRuntime() override;

  std::string_view name() const override { return "docker"; }
  void attach(ExitListener& listener) override;
  // Throws bot::Unavailable while a short absence of the Engine is waited for.
  Result<std::string> start(const BotSpec& spec, const Commit& commit) override;
  // Nothing is sent while the Engine is away or another one.
  void stop(const std::string& handle, Millis grace) override;
  void kill(const std::string& handle) override;
  bool alive(const std::string& handle) override;
  bool is_near(const std::string& handle) override;
  // A bot of another Engine cannot be watched, nor told dead: true.
  bool adopt(std::int64_t meeting_id,
             const std::string& session_uid,
             const std::string& handle) override;
  void stop_watching() override;

  // EngineFacts::identity; empty until an Engine has answered.
  std::string identity() const;
  // Asks the Engine who it is. Errors: as DockerEngine::greet; conflict when it is another one than
  // before.
  Status meet();
  // Only what lasts: an absence longer than `patience`, another Engine, or none ever met. An Engine
  // that restarts is the same for all servers that use it.
  std::string problem() override;
  // The same from the first moment of it.
  std::string absence() const;
  bool is_blind() override;

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Watched {
    std::int64_t meeting_id = 0;
    std::string session_uid;
    bool starting = false;
    bool suspected = false;  // while it was starting
  };

  template <typename T>
  Result<T> heard(Result<T> answer) {
    if (answer || !is_away(answer.error())) {
      note_back();
    } else {
      note_away(answer.error());
    }
    return answer;
  }
  void note_away(const Error& error);
  void note_back();
  Error unless_patient(const Error& error) const;
  bool is_short_absence() const;
  bool is_stopping() const;
  // What the Engine says of containers counts: it is the right one.
  bool in_touch();
  void tell(const std::string& sentence) const;

  Status prepare_image();
  // Launches at the same time wait for one pull and share its result.
  Status pull_image();
  Status fetch_image();
  Result<std::string> create(const ContainerPlan& plan);
  Result<std::string> create_over(const ContainerPlan& plan, const Error& refusal);
  void discard(const std::string& container);
  std::optional<DockerHandle> own(const std::string& handle) const;

  // SIGTERM, and SIGKILL after the grace; only the earliest of several counts. False when it was
  // asked before.
  bool ask_to_leave(const std::string& container, Millis grace);
  void kill_overdue();
  Instant next_deadline(Instant next_look) const;  // REQUIRES: mutex_ is held
  void watch(const std::string& container, Watched watched);
  void forget(const std::string& container);
  void suspect(const std::string& container);
  void ask_for_a_look();
  void listen();
  // Nothing that it says of containers counts until it was met again.
  void distrust();
  // The event stream is open; or refused, so that looks alone find what has ended.
  void note_hearing();
  void note_deaf(const Error& refusal);
  void attend();
  // One container: told and removed when it has ended or is gone.
  void check(const std::string& container);
  void end(const std::string& container, const ExitStatus& status);
  void look_at_all();
  // False when the store is away.
  bool vouch_for(const std::vector<std::int64_t>& meetings);
  // Those of them that belong to no live row.
  void clear_away(const std::vector<Container>& containers);
  void dispose(const Container& stray);
  void dispose_of(const std::string& container);

  const DockerRuntimeOptions options_;
  DockerEngine engine_;
  ExitListener* listener_ = nullptr;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string identity_;                    // guarded by mutex_
  std::string absence_;                     // guarded by mutex_
  bool met_ = false;                        // ever; guarded by mutex_
  bool is_other_ = false;                   // than before, who answers; guarded by mutex_
  std::optional<Instant> away_since_;       // guarded by mutex_
  Instant seen_at_;                         // when all were looked at last; guarded by mutex_
  std::map<std::string, Watched> watched_;  // by container; guarded by mutex_
  std::set<std::string> suspects_;          // containers; guarded by mutex_
  std::map<std::string, Instant> leaving_;  // containers: when to kill them; guarded by mutex_
  std::set<std::string> disposing_;         // that go; guarded by mutex_
  std::shared_future<Status> pull_;         // valid while one is under way; guarded by mutex_
  bool deaf_ = false;                       // its events were refused; guarded by mutex_
  bool trusted_ = false;                    // it was met since the last break; guarded by mutex_
  bool look_ = false;                       // guarded by mutex_
  bool stopping_ = false;                   // guarded by mutex_
  std::optional<Instant> vouched_;          // by the attending thread alone
  Errands errands_;
  std::thread listening_;
  std::thread attending_;
};

}  // namespace bot::bots
