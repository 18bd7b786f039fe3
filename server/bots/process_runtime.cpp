#include "server/bots/process_runtime.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/fault.hpp"
#include "server/bots/pidfd.hpp"
#include "server/bots/spawn.hpp"

namespace bot::bots {

namespace {

using std::chrono::steady_clock;

// What the kernel still tells about an ended process; nothing for one that is not our child.
ExitStatus reap(const Descriptor& pidfd, int options) {
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(pidfd.get()), &info, WEXITED | options) != 0) return {};
  if (info.si_pid == 0) return {};
  ExitStatus status;
  (info.si_code == CLD_EXITED ? status.code : status.signal) = info.si_status;
  return status;
}

}  // namespace

ProcessRuntime::ProcessRuntime(ProcessRuntimeOptions options)
    : options_(std::move(options)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = 0;
  if (!epoll_ || !wakeup_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wakeup_.get(), &event) != 0) {
    throw std::runtime_error("cannot watch processes: no descriptors left");
  }
}

ProcessRuntime::~ProcessRuntime() {
  stop_watching();
}

void ProcessRuntime::attach(ExitListener& listener) {
  listener_ = &listener;
  thread_ = std::thread([this] { run(); });
}

void ProcessRuntime::stop_watching() {
  stopping_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
}

void ProcessRuntime::wake() {
  const std::uint64_t one = 1;
  // Full means that it is awake already.
  [[maybe_unused]] const auto written = ::write(wakeup_.get(), &one, sizeof one);
}

Result<std::string> ProcessRuntime::start(const BotSpec& spec, const Commit& commit) {
  auto child = spawn_gated(
      {options_.executable, options_.arguments, {"BOT_CONFIG=" + encode_bot_config(spec)}});
  if (!child) return std::move(child).error();
  const std::string handle = to_string(child->handle);
  const Status committed = commit(handle);
  if (!committed) {
    child->gate.reset();
    ::pidfd_send_signal(child->pidfd.get(), SIGKILL, nullptr, 0);
    reap(child->pidfd, 0);
    return committed.error();
  }
  watch({spec.meeting_id, spec.session_uid, handle, std::move(child->pidfd), std::nullopt});
  // A child that is gone by now is noticed by the watch.
  (void)open_gate(*child);
  return handle;
}

void ProcessRuntime::watch(Watched watched) {
  const std::scoped_lock lock(mutex_);
  const std::uint64_t key = next_key_++;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = key;
  const int pidfd = watched.pidfd.get();
  by_handle_[watched.handle] = key;
  watched_.emplace(key, std::move(watched));
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, pidfd, &event) != 0) {
    const int error = errno;
    by_handle_.erase(watched_.at(key).handle);
    watched_.erase(key);
    throw Unavailable("cannot watch a bot process: " + std::generic_category().message(error));
  }
}

bool ProcessRuntime::alive(const std::string& handle) {
  const auto parsed = parse_process_handle(handle);
  if (!parsed) return false;
  const Descriptor pidfd = open_process(*parsed);
  return pidfd && !has_ended(pidfd);
}

std::string ProcessRuntime::problem() {
  if (::access(options_.executable.c_str(), X_OK) == 0) return "";
  return options_.executable + " cannot be run: " + std::generic_category().message(errno);
}

bool ProcessRuntime::is_near(const std::string& handle) {
  const auto parsed = parse_process_handle(handle);
  return !parsed || parsed->boot_id == boot_id();
}

bool ProcessRuntime::adopt(std::int64_t meeting_id,
                           const std::string& session_uid,
                           const std::string& handle) {
  const auto parsed = parse_process_handle(handle);
  if (!parsed) return false;
  Descriptor pidfd = open_process(*parsed);
  if (!pidfd || has_ended(pidfd)) return false;
  {
    const std::scoped_lock lock(mutex_);
    const auto watched = by_handle_.find(handle);
    if (watched != by_handle_.end()) {
      // Watched already, or at least until it is killed.
      watched_.at(watched->second).session_uid = session_uid;
      watched_.at(watched->second).meeting_id = meeting_id;
      return true;
    }
  }
  watch({meeting_id, session_uid, handle, std::move(pidfd), std::nullopt});
  return true;
}

void ProcessRuntime::stop(const std::string& handle, Millis grace) {
  signal(handle, SIGTERM, grace);
}

void ProcessRuntime::kill(const std::string& handle) {
  signal(handle, SIGKILL, std::nullopt);
}

void ProcessRuntime::signal(const std::string& handle,
                            int number,
                            std::optional<Millis> kill_after) {
  {
    const std::scoped_lock lock(mutex_);
    const auto key = by_handle_.find(handle);
    if (key != by_handle_.end()) {
      Watched& watched = watched_.at(key->second);
      ::pidfd_send_signal(watched.pidfd.get(), number, nullptr, 0);
      if (kill_after) watched.kill_at = steady_clock::now() + *kill_after;
      wake();
      return;
    }
  }
  const auto parsed = parse_process_handle(handle);
  if (!parsed) return;
  Descriptor pidfd = open_process(*parsed);
  if (!pidfd) return;
  ::pidfd_send_signal(pidfd.get(), number, nullptr, 0);
  if (!kill_after) return;
  // Another server's: it is watched until it is gone, for the sake of the grace time alone.
  watch({0, "", handle, std::move(pidfd), steady_clock::now() + *kill_after});
  wake();
}

int ProcessRuntime::wait_timeout() {
  const std::scoped_lock lock(mutex_);
  std::optional<Instant> nearest;
  for (const auto& [key, watched] : watched_) {
    if (watched.kill_at && (!nearest || *watched.kill_at < *nearest)) nearest = watched.kill_at;
  }
  if (!nearest) return -1;
  const auto left = std::chrono::ceil<Millis>(*nearest - steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

void ProcessRuntime::kill_overdue() {
  const std::scoped_lock lock(mutex_);
  const auto now = steady_clock::now();
  for (auto& [key, watched] : watched_) {
    if (!watched.kill_at || *watched.kill_at > now) continue;
    ::pidfd_send_signal(watched.pidfd.get(), SIGKILL, nullptr, 0);
    watched.kill_at.reset();
  }
}

void ProcessRuntime::notice_end(std::uint64_t key) {
  Watched ended;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = watched_.find(key);
    if (found == watched_.end()) return;
    ended = std::move(found->second);
    by_handle_.erase(ended.handle);
    watched_.erase(found);
  }
  const ExitStatus status = reap(ended.pidfd, WNOHANG);
  ended.pidfd.reset();
  if (ended.session_uid.empty()) return;
  listener_->bot_exited(ended.meeting_id, ended.session_uid, status);
}

void ProcessRuntime::run() {
  std::array<epoll_event, 64> events{};
  while (!stopping_) {
    const int count =
        ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_timeout());
    kill_overdue();
    for (int i = 0; i < count && !stopping_; ++i) {
      const std::uint64_t key = events[static_cast<std::size_t>(i)].data.u64;
      if (key != 0) {
        notice_end(key);
        continue;
      }
      std::uint64_t drained = 0;
      [[maybe_unused]] const auto got = ::read(wakeup_.get(), &drained, sizeof drained);
    }
  }
}

}  // namespace bot::bots
