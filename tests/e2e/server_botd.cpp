#include "tests/e2e/server_botd.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>
#include <utility>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "client/http/curl_transport.hpp"
#include "client/ops/all.hpp"

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

// Descriptors of the two outputs; the input is empty.
pid_t spawn(const std::string& program,
            Words words,
            const Variables& variables,
            std::pair<int, int> outputs,
            Privilege privilege = Privilege::kept) {
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

// Orphaned bots come to the test itself.
void adopt_orphans() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

// Servers of this test that run.
std::set<pid_t>& servers() {
  static std::set<pid_t> all;
  return all;
}

void end_orphans() {
  for (const pid_t pid : children_of(::getpid())) {
    if (servers().contains(pid) || is_of_podman(pid)) continue;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
}

int private_log(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

template <typename T>
T unwrap(Result<T> result) {
  if (result) return std::move(result).value();
  ADD_FAILURE() << result.error().message;
  return T{};
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

std::string botd_program() {
  return BOTCTL_BIN_DIR "/botd";
}

std::string botctl_program() {
  return BOTCTL_BIN_DIR "/botctl";
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

Botd::Botd(const std::string& data_dir, BotdOptions options)
    : data_dir_(data_dir), log_file_(data_dir + ".log"), ca_file_(options.ca_file) {
  adopt_orphans();
  launch(options);
  const auto up = [this] {
    ended_ = reap(pid_);
    return ended_ || take_url();
  };
  if (!eventually(up) || ended_) ADD_FAILURE() << "botd does not serve: " << log();
}

Botd::~Botd() {
  if (!ended_) crash();
  servers().erase(pid_);
  end_orphans();
}

void Botd::launch(const BotdOptions& options) {
  std::error_code none;
  fs::create_directories(fs::path(data_dir_).parent_path(), none);
  // A crashed server leaves it behind.
  fs::remove(data_dir_ + "/endpoint", none);
  Words words = {"serve", "--data-dir", data_dir_, "--listen", options.listen};
  words.insert(words.end(), options.flags.begin(), options.flags.end());
  Variables variables = options.variables;
  variables.emplace("HOME", data_dir_);
  variables.emplace("BOTD_ADMIN_KEY", admin_key());
  const int log = private_log(log_file_);
  pid_ = spawn(botd_program(), words, variables, {log, log});
  ::close(log);
  servers().insert(pid_);
}

bool Botd::take_url() {
  const auto line = read_file(data_dir_ + "/endpoint");
  if (line.empty()) return false;
  url_ = trim(line);
  return true;
}

std::uint16_t Botd::port() const {
  const auto number = parse_int(url_.substr(url_.rfind(':') + 1));
  return static_cast<std::uint16_t>(number.value_or(0));
}

void Botd::signal(int number) const {
  if (!ended_) ::kill(pid_, number);
}

std::optional<int> Botd::wait(Millis patience) {
  const auto gone = [this] {
    if (!ended_) ended_ = reap(pid_);
    return ended_.has_value();
  };
  (void)eventually(gone, patience);
  return ended_;
}

void Botd::crash() {
  signal(SIGKILL);
  (void)wait();
}

std::optional<int> Botd::terminate() {
  signal(SIGTERM);
  return wait();
}

BotdWorker::BotdWorker(const std::string& log_file, const Words& flags) : log_file_(log_file) {
  Words words = {"worker"};
  words.insert(words.end(), flags.begin(), flags.end());
  const int log = private_log(log_file_);
  pid_ = spawn(botd_program(), words, {}, {log, log});
  ::close(log);
  servers().insert(pid_);
}

BotdWorker::~BotdWorker() {
  if (!ended_) crash();
  servers().erase(pid_);
}

void BotdWorker::signal(int number) const {
  if (!ended_) ::kill(pid_, number);
}

std::optional<int> BotdWorker::wait(Millis patience) {
  (void)eventually(
      [this] {
        if (!ended_) ended_ = reap(pid_);
        return ended_.has_value();
      },
      patience);
  return ended_;
}

void BotdWorker::crash() {
  signal(SIGKILL);
  (void)wait();
}

std::optional<int> BotdWorker::terminate() {
  signal(SIGTERM);
  return wait();
}

client::Client Botd::admin() const {
  return {client::make_curl_transport(url_, {.ca_file = ca_file_}),
          {.server = url_, .admin_key = admin_key(), .retries = 0}};
}

client::Client Botd::user(const std::string& key) const {
  return {client::make_curl_transport(url_, {.ca_file = ca_file_}),
          {.server = url_, .api_key = key, .retries = 0}};
}

const std::string& admin_key() {
  static const std::string key = "admin-" + random_alphanumeric(40);
  return key;
}

Account make_user(const Botd& server, std::int64_t limit) {
  const auto admin = server.admin();
  const client::CreateUser creation{.email = "e2e-" + random_hex(12) + "@example.org",
                                    .max_concurrent_bots = limit};
  const auto user = unwrap(admin.run(creation));
  const auto token = unwrap(admin.run(client::CreateToken{.user_id = user.user.id}));
  return {user.user.id, token.token.value_or("")};
}

types::Meeting start_bot(const client::Client& user, const std::string& native_id) {
  return unwrap(
      user.run(client::StartBot{.platform = "google_meet", .native_meeting_id = native_id}));
}

std::vector<types::Meeting> meetings_of(const client::Client& user) {
  return unwrap(user.run(client::ListMeetings{})).meetings;
}

types::Meeting meeting(const client::Client& user, const std::string& native_id) {
  for (auto& found : meetings_of(user)) {
    if (found.native_meeting_id == native_id) return found;
  }
  return {};
}

bool reaches(const client::Client& user,
             const std::string& native_id,
             const std::string& status,
             Millis patience) {
  return eventually([&] { return meeting(user, native_id).status == status; }, patience);
}

std::string data_text(const types::Meeting& meeting, const char* name) {
  const auto found = meeting.data.find(name);
  return found != meeting.data.end() && found->is_string() ? found->get<std::string>() : "";
}

std::vector<types::RunningBot> running_bots(const client::Client& user) {
  return unwrap(user.run(client::GetBotsStatus{})).running_bots;
}

}  // namespace bot::e2e
