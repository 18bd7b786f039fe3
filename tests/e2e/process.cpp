#include "tests/e2e/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/text.hpp"

namespace bot::e2e {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

namespace {

constexpr int failed_exec = 127;

std::vector<char*> pointers_to(Words& words) {
  std::vector<char*> pointers;
  for (auto& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

Words environment_of(const Variables& variables) {
  Words environment = {"PATH=/usr/local/bin:/usr/bin:/bin"};
  for (const auto& [name, value] : variables)
    environment.push_back(name + "=" + value);
  return environment;
}

struct ProcessFacts {
  char state = 'X';
  pid_t parent = 0;
};

std::optional<ProcessFacts> facts_of(pid_t pid) {
  const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  const auto after_name = stat.rfind(')');
  if (after_name == std::string::npos) return std::nullopt;
  std::istringstream rest(stat.substr(after_name + 1));
  ProcessFacts facts;
  rest >> facts.state >> facts.parent;
  return facts;
}

// A container's monitor, or the service that has started it: no bot of the test.
bool is_of_podman(pid_t pid) {
  const auto name = trim(read_file("/proc/" + std::to_string(pid) + "/comm"));
  return name == "podman" || name == "conmon";
}

}  // namespace

bool eventually(const std::function<bool()>& condition, Millis patience) {
  const auto end = steady_clock::now() + patience;
  while (!condition()) {
    if (steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(Millis{5});
  }
  return true;
}

TempDir::TempDir() : path_((fs::temp_directory_path() / "botd-e2e-XXXXXX").string()) {
  if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary directory");
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  ::chmod(path.c_str(), S_IRUSR | S_IWUSR);
}

pid_t spawn(const std::string& program,
            Words words,
            const Variables& variables,
            std::pair<int, int> outputs,
            Privilege privilege) {
  words.insert(words.begin(), program);
  auto environment = environment_of(variables);
  const auto argv = pointers_to(words);
  const auto envp = pointers_to(environment);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(failed_exec);
  if (privilege == Privilege::without_file_override) {
    ::prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);
  }
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(outputs.first, STDOUT_FILENO);
  ::dup2(outputs.second, STDERR_FILENO);
  ::execve(program.c_str(), argv.data(), envp.data());
  ::_exit(failed_exec);
}

std::optional<int> reap(pid_t pid) {
  int status = 0;
  if (::waitpid(pid, &status, WNOHANG) != pid) return std::nullopt;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int private_log(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

std::set<pid_t>& started_processes() {
  static std::set<pid_t> all;
  return all;
}

void adopt_orphans() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

void end_orphans() {
  for (const pid_t pid : children_of(::getpid())) {
    if (started_processes().contains(pid) || is_of_podman(pid)) continue;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
}

Outcome run(const std::string& program,
            const Words& words,
            const Variables& variables,
            Privilege privilege) {
  const TempDir directory;
  const int out = private_log(directory / "out");
  const int err = private_log(directory / "err");
  const pid_t child = spawn(program, words, variables, {out, err}, privilege);
  ::close(out);
  ::close(err);
  Outcome outcome;
  const auto ended = [&] {
    const auto code = reap(child);
    if (code) outcome.code = *code;
    return code.has_value();
  };
  if (!eventually(ended)) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ADD_FAILURE() << program << " did not end";
  }
  outcome.out = read_file(directory / "out");
  outcome.err = read_file(directory / "err");
  return outcome;
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const auto pid = parse_int(entry.path().filename().string());
    if (!pid) continue;
    const auto facts = facts_of(static_cast<pid_t>(*pid));
    if (facts && facts->parent == parent && facts->state != 'Z' && facts->state != 'X') {
      children.push_back(static_cast<pid_t>(*pid));
    }
  }
  std::sort(children.begin(), children.end());
  return children;
}

bool is_running(pid_t pid) {
  const auto facts = facts_of(pid);
  return facts && facts->state != 'Z' && facts->state != 'X';
}

}  // namespace bot::e2e
