// Child processes, simulated bots, and containers of an Engine that only exists in memory.
#include <unistd.h>

#include <filesystem>

#include "server/bots/docker_runtime.hpp"
#include "server/bots/process_handle.hpp"
#include "server/bots/process_runtime.hpp"
#include "server/bots/simulated_runtime.hpp"
#include "server/store/database.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/session_store.hpp"
#include "server/store/user_store.hpp"
#include "tests/contract/runtimes.hpp"
#include "tests/fakes/bots/fake_engine.hpp"

namespace bot::bots {
namespace {

class ProcessRig final : public RuntimeRig {
 public:
  ProcessRig() { std::filesystem::create_directories(folder_); }
  ~ProcessRig() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<Runtime> make(Behaviour behaviour) override {
    const auto word = behaviour == Behaviour::waits             ? "wait"
                      : behaviour == Behaviour::fails_by_itself ? "exit7"
                                                                : "stubborn";
    // It writes the second file when its signals are as they shall be.
    mark_ = behaviour == Behaviour::ignores_sigterm ? "-2" : "";
    return std::make_unique<ProcessRuntime>(ProcessRuntimeOptions{
        BOT_CHILD, {"botd", "bot", word, folder_ / "facts", folder_ / "facts-2"}});
  }
  bool is_up(const std::string& /*handle*/) override {
    return std::filesystem::exists(folder_ / ("facts" + mark_));
  }
  std::string handle_of_nobody() const override {
    auto own = *handle_of(::getpid());
    own.start_time += 1;
    return to_string(own);
  }

 private:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("runtime-" + random_hex(12));
  std::string mark_;
};

class DeafCallbacks final : public BotCallbacks {
 public:
  Result<ReportOutcome> report(const std::string&, const BotReport&) override {
    return ReportOutcome{};
  }
  Status heartbeats(const std::vector<std::string>&) override { return Unit{}; }
  Status acknowledge(const std::string&, std::int64_t, const types::Json&) override {
    return Unit{};
  }
  Status segments(const std::string&, const std::vector<ReportedSegment>&) override {
    return Unit{};
  }
};

// The script of a simulated bot stands in its specification, so that a start is translated.
class ScriptedRuntime final : public Runtime {
 public:
  ScriptedRuntime(commands::Mailbox& mailbox, BotCallbacks& callbacks, Script script)
      : runtime_(mailbox), script_(script) {
    runtime_.connect(callbacks);
  }
  std::string_view name() const override { return runtime_.name(); }
  void attach(ExitListener& listener) override { runtime_.attach(listener); }
  Result<std::string> start(const BotSpec& spec, const Commit& commit) override {
    auto scripted = spec;
    scripted.script = script_;
    return runtime_.start(scripted, commit);
  }
  void stop(const std::string& handle, Millis grace) override { runtime_.stop(handle, grace); }
  void kill(const std::string& handle) override { runtime_.kill(handle); }
  bool alive(const std::string& handle) override { return runtime_.alive(handle); }
  bool is_near(const std::string& handle) override { return runtime_.is_near(handle); }
  bool adopt(std::int64_t id, const std::string& uid, const std::string& handle) override {
    return runtime_.adopt(id, uid, handle);
  }
  void stop_watching() override { runtime_.stop_watching(); }

 private:
  SimulatedRuntime runtime_;
  const Script script_;
};

class SimulatedRig final : public RuntimeRig {
 public:
  std::unique_ptr<Runtime> make(Behaviour behaviour) override {
    const auto script = behaviour == Behaviour::fails_by_itself ? Script::exit1 : Script::normal;
    auto made = std::make_unique<ScriptedRuntime>(mailbox_, callbacks_, script);
    last_ = made.get();
    return made;
  }
  bool is_up(const std::string& handle) override { return last_->alive(handle); }
  void prepare(const BotSpec& spec) override {
    database_.write([&](sql::Connection& connection) {
      store::NewUser somebody;
      somebody.email = "a@example.com";
      const auto user = store::UserStore(connection).find_or_create(somebody, 0);
      store::NewMeeting wanted;
      wanted.user_id = user.user.id;
      wanted.platform = spec.platform;
      wanted.native_meeting_id = spec.native_meeting_id;
      const auto meeting = store::MeetingStore(connection).add(wanted, 0);
      store::SessionStore(connection).add({meeting.id, spec.session_uid, "digest"}, 0);
    });
  }
  int own_exit_code() const override { return 1; }
  bool has_signals() const override { return false; }
  bool outlives_servers() const override { return false; }
  std::string handle_of_nobody() const override { return "sim:000000000000:1"; }

 private:
  SystemClock clock_;
  store::Database database_{{.path = ":memory:"}, clock_};
  commands::Mailbox mailbox_{database_, clock_};
  DeafCallbacks callbacks_;
  Runtime* last_ = nullptr;
};

class FakeEngineRig final : public RuntimeRig {
 public:
  std::unique_ptr<Runtime> make(Behaviour behaviour) override {
    DockerRuntimeOptions options;
    options.engine.socket = engine_.socket();
    options.container.installation = "contract";
    options.container.image = behaviour == Behaviour::waits             ? "waits"
                              : behaviour == Behaviour::fails_by_itself ? "exits7"
                                                                        : "stubborn";
    auto made = std::make_unique<DockerRuntime>(std::move(options));
    if (made->meet()) identity_ = made->identity();
    return made;
  }
  bool is_up(const std::string& handle) override {
    const auto parsed = parse_docker_handle(handle);
    for (const auto& held : engine_.containers()) {
      if (parsed && held.id == parsed->container) return held.state == "running";
    }
    return false;
  }
  std::string handle_of_nobody() const override {
    return to_string(DockerHandle{identity_, std::string(64, '0')});
  }

 private:
  FakeEngine engine_;
  std::string identity_;
};

template <typename Rig>
RuntimeCase of(const std::string& name) {
  return {.name = name, .make = [] { return std::make_unique<Rig>(); }};
}

}  // namespace

std::vector<RuntimeCase> runtimes() {
  return {of<ProcessRig>("process"), of<SimulatedRig>("simulated"), of<FakeEngineRig>("docker")};
}

}  // namespace bot::bots
