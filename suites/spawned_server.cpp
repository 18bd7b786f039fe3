#include "suites/spawned_server.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "client/health.hpp"
#include "client/http/curl_transport.hpp"
#include "suites/patience.hpp"

namespace bot::suites {

namespace fs = std::filesystem;

namespace {

constexpr Millis start_patience{20'000};
constexpr Millis stop_patience{15'000};
constexpr std::size_t key_length = 40;
constexpr std::size_t shown_log_bytes = 2000;
constexpr int failed_exec = 127;

fs::path beside_this_program() {
  std::error_code none;
  return fs::read_symlink("/proc/self/exe", none).parent_path() / "botd";
}

// Nothing of the caller's environment but what any program needs.
std::vector<std::string> environment_with(const std::string& admin_key,
                                          const std::string& directory) {
  const char* path = std::getenv("PATH");
  return {"PATH=" + std::string(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin"),
          "HOME=" + directory,
          "LANG=C.UTF-8",
          "BOTD_ADMIN_KEY=" + admin_key};
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (auto& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(
    const char* program, char* const* arguments, char* const* environment, int log, pid_t parent) {
  // Ctrl-C at the terminal is for botctl, which still needs the server to tidy up.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(failed_exec);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execve(program, arguments, environment);
  _exit(failed_exec);
}

}  // namespace

std::vector<std::string> spawned_arguments(const std::string& directory) {
  return {"serve",
          "--listen",
          "127.0.0.1:0",
          "--data-dir",
          directory,
          "--on-shutdown",
          "stop",
          "--bot-start-delay",
          "50ms",
          "--bot-join-delay",
          "150ms",
          "--bot-heartbeat-interval",
          "300ms",
          "--bot-orphan-timeout",
          "10s",
          "--bot-script",
          "stale-hang-*=hang",
          "--bot-script",
          "stale-silent-*=silent",
          "--cleanup-interval",
          "300ms",
          "--reserved-limit",
          "60s",
          "--starting-limit",
          "2500ms",
          "--active-limit",
          "2500ms",
          "--stopping-limit",
          "60s"};
}

SpawnedServer::SpawnedServer(const SmokeOptions& options)
    : options_(options), admin_key_(random_alphanumeric(key_length)) {}

Result<std::unique_ptr<SpawnedServer>> SpawnedServer::start(const SmokeOptions& options) {
  const auto program =
      options.botd_path.empty() ? beside_this_program().string() : options.botd_path;
  if (::access(program.c_str(), X_OK) != 0) {
    return Error{.code = Errc::invalid_argument,
                 .message = "there is no botd to start: " + program + " cannot be run",
                 .hint = "name it with --botd, or test a running server with --server"};
  }
  std::unique_ptr<SpawnedServer> server(new SpawnedServer(options));
  if (auto launched = server->launch(program); !launched) return std::move(launched).error();
  if (auto healthy = server->await_health(); !healthy) {
    return server->in_context(std::move(healthy).error());
  }
  return server;
}

Status SpawnedServer::launch(const std::string& program) {
  std::error_code failed;
  const auto parent = fs::temp_directory_path(failed);
  auto name = (parent / "botctl-smoke-XXXXXX").string();
  if (!failed && ::mkdtemp(name.data()) == nullptr) {
    failed = std::error_code(errno, std::generic_category());
  }
  if (failed) {
    return Error{.code = Errc::invalid_argument,
                 .message = "cannot make a directory for temporary files: " + failed.message(),
                 .hint = "set TMPDIR to a directory that can be written"};
  }
  directory_ = name;
  const auto log_file = directory_ + "/botd.log";
  const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  auto arguments = spawned_arguments(directory_);
  arguments.insert(arguments.begin(), program);
  auto environment = environment_with(admin_key_, directory_);
  const auto argument_pointers = pointers_to(arguments);
  const auto environment_pointers = pointers_to(environment);
  const auto self = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    become(program.c_str(), argument_pointers.data(), environment_pointers.data(), log, self);
  }
  const int error = errno;
  if (log >= 0) ::close(log);
  if (pid_ > 0) return Unit{};
  return Error{.code = Errc::failed,
               .message = "cannot start botd: " + std::generic_category().message(error)};
}

// The server writes its address into the file once it listens.
Status SpawnedServer::await_health() {
  Patience patience(start_patience, options_.cancel);
  std::string last = "it has not written its address";
  for (;;) {
    if (ended_within(Millis{0})) {
      return Error{.code = Errc::unreachable, .message = "botd ended before it served"};
    }
    std::ifstream file(directory_ + "/endpoint");
    std::string line;
    if (std::getline(file, line) && !trim(line).empty()) {
      origin_ = trim(line);
      const auto cancelled = [this] { return options_.cancel.stop_requested(); };
      const client::Client client(client::make_curl_transport(origin_, {.cancelled = cancelled}),
                                  {.server = origin_, .retries = 0});
      const auto health = client::check_health(client, {.timeout = Millis{2'000}});
      if (health) return Unit{};
      last = health.error().message;
    }
    if (patience.again()) continue;
    if (patience.cancelled()) return Error{.code = Errc::cancelled, .message = "interrupted"};
    return Error{.code = Errc::timeout, .message = "botd does not serve: " + last};
  }
}

bool SpawnedServer::ended_within(Millis time) {
  Patience patience(time, {});
  while (pid_ > 0) {
    const auto reaped = ::waitpid(pid_, &exit_status_, WNOHANG);
    if (reaped == pid_ || (reaped < 0 && errno == ECHILD)) pid_ = -1;
    if (pid_ < 0) break;
    if (!patience.again()) return false;
  }
  return true;
}

void SpawnedServer::kill_now() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, &exit_status_, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

Status SpawnedServer::stop() {
  if (pid_ <= 0) return Unit{};
  ::kill(pid_, SIGTERM);
  if (!ended_within(stop_patience)) {
    kill_now();
    return in_context({.code = Errc::failed,
                       .message = "botd did not end within " + format_duration(stop_patience) +
                                  " of SIGTERM and was killed"});
  }
  if (WIFEXITED(exit_status_) && WEXITSTATUS(exit_status_) == 0) return Unit{};
  const auto how = WIFSIGNALED(exit_status_)
                       ? "by signal " + std::to_string(WTERMSIG(exit_status_))
                       : "with exit code " + std::to_string(WEXITSTATUS(exit_status_));
  return in_context({.code = Errc::failed, .message = "botd ended " + how});
}

SpawnedServer::~SpawnedServer() {
  if (pid_ > 0) {
    ::kill(pid_, SIGTERM);
    if (!ended_within(stop_patience)) kill_now();
  }
  if (directory_.empty() || options_.keep) return;
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

std::string SpawnedServer::log_tail() const {
  std::ifstream file(directory_ + "/botd.log");
  std::ostringstream text;
  text << file.rdbuf();
  auto log = replace_all(text.str(), admin_key_, "***");
  return log.size() <= shown_log_bytes ? log : log.substr(log.size() - shown_log_bytes);
}

Error SpawnedServer::in_context(Error error) const {
  const auto log = std::string(trim(log_tail()));
  error.hint = log.empty() ? "its log is empty" : "the end of its log: " + log;
  return error;
}

}  // namespace bot::suites
