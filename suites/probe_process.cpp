#include "suites/probe_process.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "client/types/json.hpp"
#include "suites/patience.hpp"

extern char** environ;

namespace bot::suites {
namespace {

namespace fs = std::filesystem;
using types::Json;

constexpr Millis answer_patience{15'000};
constexpr std::size_t longest_answer = std::size_t{16} * 1024 * 1024;

std::string program_of(const ProbeOptions& options) {
  if (!options.program.empty()) return options.program;
  std::error_code none;
  const auto folder = fs::read_symlink("/proc/self/exe", none).parent_path();
  const auto beside = folder / "botctl-probe";
  return ::access(beside.c_str(), X_OK) == 0
             ? beside.string()
             : (folder.parent_path() / "libexec" / "botctl" / "botctl-probe").string();
}

// Ours without what is meant for botctl alone; with what the probe is told.
std::vector<std::string> environment_of(const ProbeOptions& options) {
  std::vector<std::string> variables;
  for (char** each = environ; *each != nullptr; ++each) {
    if (!std::string_view(*each).starts_with("BOTCTL_")) variables.emplace_back(*each);
  }
  variables.push_back("BOTCTL_REDIS_URL=" + options.redis_url);
  variables.push_back("BOTCTL_DATABASE_URL=" + options.database_url);
  return variables;
}

std::vector<std::string> texts_of(const Json& answer, const char* name) {
  std::vector<std::string> texts;
  for (const auto& text : answer.value(name, Json::array())) {
    if (text.is_string()) texts.push_back(text.get<std::string>());
  }
  return texts;
}

class ProbeProcess final : public Behind {
 public:
  explicit ProbeProcess(const ProbeOptions& options)
      : cancel_(options.cancel),
        redis_(!options.redis_url.empty()),
        database_(!options.database_url.empty()) {}

  ~ProbeProcess() override {
    hang_up();
    if (pid_ <= 0) return;
    Patience patience(Millis{2'000}, {});
    while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
      if (patience.again()) continue;
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      return;
    }
  }

  Status launch(const ProbeOptions& options) {
    const auto program = program_of(options);
    if (::access(program.c_str(), X_OK) != 0) {
      return Error{.code = Errc::invalid_argument,
                   .message = "there is no botctl-probe: " + program + " cannot be run",
                   .hint = "install it beside botctl, or leave --redis-url and --database-url out"};
    }
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
      return failed("cannot start botctl-probe", errno);
    line_ = ends[0];
    const int error = spawn(program, ends[1], environment_of(options));
    ::close(ends[1]);
    if (error != 0) return failed("cannot start botctl-probe", error);
    // Its first line says that it has reached what it is to look at.
    const auto ready = receive();
    if (ready) return Unit{};
    Error away = ready.error();
    if (away.code == Errc::unavailable) away.code = Errc::unreachable;
    return away;
  }

  bool sees_redis() const override { return redis_; }
  bool sees_database() const override { return database_; }

  Result<std::vector<std::string>> published(const std::string& session_uid) override {
    const auto answer = ask({{"ask", "published"}, {"session", session_uid}});
    if (!answer) return answer.error();
    return texts_of(*answer, "messages");
  }

  Result<std::vector<std::string>> new_keys() override {
    const auto answer = ask({{"ask", "new_keys"}});
    if (!answer) return answer.error();
    return texts_of(*answer, "keys");
  }

  Result<RowsSeen> rows_of(std::int64_t user_id) override {
    const auto answer = ask({{"ask", "rows"}, {"user", user_id}});
    if (!answer) return answer.error();
    return RowsSeen{answer->value("meetings", std::size_t{0}), texts_of(*answer, "broken")};
  }

 private:
  static Error failed(const std::string& what, int error) {
    return {.code = Errc::failed, .message = what + ": " + std::generic_category().message(error)};
  }
  static Error lost() {
    return {.code = Errc::unavailable, .message = "botctl-probe has ended unexpectedly"};
  }

  int spawn(const std::string& program, int line, std::vector<std::string> environment) {
    std::vector<char*> variables;
    variables.reserve(environment.size() + 1);
    for (auto& variable : environment)
      variables.push_back(variable.data());
    variables.push_back(nullptr);
    std::string name = "botctl-probe";
    std::array<char*, 2> words{name.data(), nullptr};
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, line, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, line, STDOUT_FILENO);
    posix_spawnattr_t attributes{};
    posix_spawnattr_init(&attributes);
    // Ctrl-C at the terminal is for botctl.
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    const int error = ::posix_spawn(
        &pid_, program.c_str(), &actions, &attributes, words.data(), variables.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) pid_ = -1;
    return error;
  }

  Result<Json> ask(const Json& question) {
    const std::scoped_lock lock(mutex_);
    const auto text = types::dump(question) + "\n";
    for (std::size_t sent = 0; sent < text.size();) {
      const auto count = ::send(line_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return lost();
      sent += static_cast<std::size_t>(count);
    }
    return receive();
  }

  // One line, as the object that it is.
  Result<Json> receive() {
    Patience patience(answer_patience, cancel_);
    while (true) {
      if (const auto end = read_.find('\n'); end != std::string::npos) {
        const auto text = read_.substr(0, end);
        read_.erase(0, end + 1);
        return answer_of(text);
      }
      if (!wait_for_more()) {
        if (!patience.cancelled() && patience.spent() <= answer_patience) continue;
        // Its answer may still come, and would be taken for the next one's.
        hang_up();
        if (patience.cancelled()) return Error{.code = Errc::cancelled, .message = "interrupted"};
        return Error{.code = Errc::timeout, .message = "botctl-probe does not answer"};
      }
      std::array<char, 4096> buffer{};
      const auto count = ::recv(line_, buffer.data(), buffer.size(), 0);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0 || read_.size() > longest_answer) return lost();
      read_.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }

  // The probe ends when nobody asks any more.
  void hang_up() {
    if (line_ >= 0) ::close(line_);
    line_ = -1;
  }

  bool wait_for_more() const {
    constexpr int slice_ms = 100;
    pollfd waiting{line_, POLLIN, 0};
    return ::poll(&waiting, 1, slice_ms) > 0;
  }

  static Result<Json> answer_of(const std::string& text) {
    auto answer = Json::parse(text, nullptr, false);
    if (!answer.is_object()) return lost();
    const auto error = answer.value("error", std::string());
    if (!error.empty()) return Error{.code = Errc::unavailable, .message = error};
    return answer;
  }

  const std::stop_token cancel_;
  const bool redis_;
  const bool database_;
  std::mutex mutex_;  // one question at a time
  int line_ = -1;
  pid_t pid_ = -1;
  std::string read_;  // of the next answer
};

}  // namespace

bool probe_is_there() {
  return ::access(program_of({}).c_str(), X_OK) == 0;
}

Result<std::shared_ptr<Behind>> start_probe(const ProbeOptions& options) {
  const auto probe = std::make_shared<ProbeProcess>(options);
  if (auto launched = probe->launch(options); !launched) return launched.error();
  return std::shared_ptr<Behind>(probe);
}

}  // namespace bot::suites
