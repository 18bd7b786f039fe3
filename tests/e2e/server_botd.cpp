#include "tests/e2e/server_botd.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <utility>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "client/http/curl_transport.hpp"
#include "client/ops/all.hpp"

namespace bot::e2e {

namespace fs = std::filesystem;
namespace {

template <typename T>
T unwrap(Result<T> result) {
  if (result) return std::move(result).value();
  ADD_FAILURE() << result.error().message;
  return T{};
}

}  // namespace

std::string botd_program() {
  return BOTCTL_BIN_DIR "/botd";
}

std::string botctl_program() {
  return BOTCTL_BIN_DIR "/botctl";
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
  started_processes().erase(pid_);
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
  started_processes().insert(pid_);
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

BotdWorker::BotdWorker(const std::string& log_file, const Words& flags, const Variables& variables)
    : log_file_(log_file) {
  Words words = {"worker"};
  words.insert(words.end(), flags.begin(), flags.end());
  const int log = private_log(log_file_);
  pid_ = spawn(botd_program(), words, variables, {log, log});
  ::close(log);
  started_processes().insert(pid_);
}

BotdWorker::~BotdWorker() {
  if (!ended_) crash();
  started_processes().erase(pid_);
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
