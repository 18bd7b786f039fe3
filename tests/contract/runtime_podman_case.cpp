// Containers of a real podman, over its Docker-compatible API.
#include "server/bots/docker_runtime.hpp"
#include "tests/contract/runtimes.hpp"
#include "tests/e2e/podman.hpp"

namespace bot::bots {
namespace {

// One for all tests of a process: its images are the same.
e2e::Podman& podman() {
  static e2e::Podman engine;
  static const bool made = [] {
    engine.make_image("localhost/waits:1",
                      "trap 'exit 143' TERM\necho up\nwhile :; do sleep 1 & wait $!; done\n");
    engine.make_image("localhost/exits7:1", "exit 7\n");
    // The first process of a container ignores what it does not handle.
    engine.make_image("localhost/stubborn:1", "echo up\nsleep 1000\n");
    return true;
  }();
  (void)made;
  return engine;
}

class PodmanRig final : public RuntimeRig {
 public:
  std::unique_ptr<Runtime> make(Behaviour behaviour) override {
    DockerRuntimeOptions options;
    options.engine.socket = podman().socket();
    options.container.installation = installation_;
    options.container.network = "none";
    options.container.pids = 64;
    options.container.memory_bytes = std::int64_t{64} << 20;
    options.container.nano_cpus = 500'000'000;
    options.pull = ImagePull::never;
    options.container.image = behaviour == Behaviour::waits             ? "localhost/waits:1"
                              : behaviour == Behaviour::fails_by_itself ? "localhost/exits7:1"
                                                                        : "localhost/stubborn:1";
    auto made = std::make_unique<DockerRuntime>(std::move(options));
    if (made->meet()) identity_ = made->identity();
    return made;
  }
  bool is_up(const std::string& handle) override {
    const auto parsed = parse_docker_handle(handle);
    return parsed && podman().logs(parsed->container).find("up") != std::string::npos;
  }
  std::string handle_of_nobody() const override {
    return to_string(DockerHandle{identity_, std::string(64, '0')});
  }

 private:
  const std::string installation_ = random_hex(8);
  std::string identity_;
};

// Podman or one of its parts is not there.
class NoRig final : public RuntimeRig {
 public:
  std::unique_ptr<Runtime> make(Behaviour) override { return nullptr; }
  bool is_up(const std::string&) override { return false; }
  std::string handle_of_nobody() const override { return ""; }
  std::string missing() const override { return e2e::Podman::missing(); }
};

}  // namespace

std::vector<RuntimeCase> runtimes() {
  if (e2e::Podman::missing().empty())
    return {{.name = "podman", .make = [] { return std::make_unique<PodmanRig>(); }}};
  return {{.name = "podman", .make = [] { return std::make_unique<NoRig>(); }}};
}

}  // namespace bot::bots
