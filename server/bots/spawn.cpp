#include "server/bots/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "server/bots/descriptor_limit.hpp"
#include "server/bots/pidfd.hpp"

namespace bot::bots {

namespace {

Error system_error(const std::string& what, int code) {
  return Error{.code = Errc::unavailable,
               .message = "cannot start a bot process: " + what + ": " + std::strerror(code)};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts)
    result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }

  int prepare(int gate) {
    int failed = ::posix_spawn_file_actions_adddup2(&actions_, gate, STDIN_FILENO);
    for (const int output : {STDOUT_FILENO, STDERR_FILENO}) {
      if (failed == 0) {
        failed = ::posix_spawn_file_actions_addopen(&actions_, output, "/dev/null", O_WRONLY, 0);
      }
    }
    if (failed == 0) failed = ::posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
    return failed;
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

class Attributes {
 public:
  Attributes() { ::posix_spawnattr_init(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }

  int prepare() {
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    int failed = ::posix_spawnattr_setsigmask(&attributes_, &none);
    if (failed == 0) failed = ::posix_spawnattr_setsigdefault(&attributes_, &all);
    if (failed == 0) {
      failed = ::posix_spawnattr_setflags(
          &attributes_,
          static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    }
    return failed;
  }
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

}  // namespace

Result<GatedChild> spawn_gated(const SpawnRequest& request) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe", errno);
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);

  FileActions actions;
  Attributes attributes;
  int failed = actions.prepare(reading.get());
  if (failed == 0) failed = attributes.prepare();
  if (failed != 0) return system_error("preparing", failed);

  SpawnRequest copy = request;
  const auto argv = pointers(copy.arguments);
  const auto envp = pointers(copy.environment);
  pid_t pid = 0;
  failed = ::posix_spawn(
      &pid, copy.executable.c_str(), actions.get(), attributes.get(), argv.data(), envp.data());
  if (failed != 0) return system_error(copy.executable, failed);

  // Nobody else reaps our children, so the number is this child's until we wait for it.
  const auto give_up = [&, pid](const std::string& what) {
    auto error = system_error(what, errno);
    writing.reset();
    ::waitpid(pid, nullptr, 0);
    return error;
  };
  // It waits at its gate, so that it never had another limit.
  const auto limit = descriptor_limit_of_children();
  if (::prlimit(pid, RLIMIT_NOFILE, &limit, nullptr) != 0) return give_up("prlimit");
  Descriptor pidfd(::pidfd_open(pid, 0));
  if (!pidfd) return give_up("pidfd_open");
  const auto handle = handle_of(pid);
  if (!handle) return give_up("reading /proc");
  return GatedChild{*handle, std::move(pidfd), std::move(writing)};
}

Status open_gate(GatedChild& child) {
  // A child that is gone must not end the server by a signal: MSG_NOSIGNAL does not exist for
  // pipes, so SIGPIPE is held back in this thread and taken away if it came.
  sigset_t pipe_signal;
  sigset_t before;
  ::sigemptyset(&pipe_signal);
  ::sigaddset(&pipe_signal, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  const bool sent = ::write(child.gate.get(), "g", 1) == 1;
  const int reason = errno;
  if (!sent && reason == EPIPE) {
    const timespec at_once{};
    ::sigtimedwait(&pipe_signal, nullptr, &at_once);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  child.gate.reset();
  if (!sent) return system_error("opening its gate", reason);
  return Unit{};
}

bool wait_at_gate() {
  char go = 0;
  ssize_t got = -1;
  do {
    got = ::read(STDIN_FILENO, &go, 1);
  } while (got < 0 && errno == EINTR);
  const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (nothing) ::dup2(nothing.get(), STDIN_FILENO);
  return got == 1;
}

}  // namespace bot::bots
