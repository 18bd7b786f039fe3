#include "server/bots/process_handle.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "base/fault.hpp"
#include "base/text.hpp"
#include "server/bots/pidfd.hpp"

namespace bot::bots {

namespace {

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Field 22 of /proc/PID/stat. The program's name in field 2 may hold blanks and parentheses.
std::optional<std::uint64_t> start_time_of(pid_t pid) {
  const std::string stat = read_text("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos || name_end + 2 > stat.size()) return std::nullopt;
  const auto fields = split(std::string_view(stat).substr(name_end + 2), ' ');
  constexpr std::size_t start_time = 22 - 3;  // the first field here is number 3
  if (fields.size() <= start_time) return std::nullopt;
  const auto ticks = parse_int(fields[start_time]);
  if (!ticks) return std::nullopt;
  return static_cast<std::uint64_t>(*ticks);
}

}  // namespace

const std::string& boot_id() {
  static const std::string id(trim(read_text("/proc/sys/kernel/random/boot_id")));
  return id;
}

std::string to_string(const ProcessHandle& handle) {
  return std::to_string(handle.pid) + ":" + std::to_string(handle.start_time) + ":" +
         handle.boot_id;
}

std::optional<ProcessHandle> parse_process_handle(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 3 || parts[2].empty()) return std::nullopt;
  const auto pid = parse_int(parts[0]);
  const auto start = parse_int(parts[1]);
  // Numbers below 2 would name init or, negated, whole groups.
  if (!pid || !start || *pid < 2 || *pid > 0x7fffffff || *start < 0) return std::nullopt;
  return ProcessHandle{
      static_cast<pid_t>(*pid), static_cast<std::uint64_t>(*start), std::string(parts[2])};
}

std::optional<ProcessHandle> handle_of(pid_t pid) {
  const auto start = start_time_of(pid);
  if (!start) return std::nullopt;
  return ProcessHandle{pid, *start, boot_id()};
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

int Descriptor::release() {
  return std::exchange(fd_, -1);
}

void Descriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Descriptor open_process(const ProcessHandle& handle) {
  if (handle.boot_id != boot_id()) return {};
  // First the descriptor, then the start time: a number that was given away in between has another
  // start time, and one given away later cannot be meant by the descriptor.
  Descriptor pidfd(::pidfd_open(handle.pid, 0));
  if (!pidfd && errno != ESRCH && errno != EINVAL)
    throw Unavailable("cannot look at a process: " + std::generic_category().message(errno));
  if (!pidfd || start_time_of(handle.pid) != handle.start_time) return {};
  return pidfd;
}

bool has_ended(const Descriptor& pidfd) {
  pollfd waiting{pidfd.get(), POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0 && (waiting.revents & POLLIN) != 0;
}

}  // namespace bot::bots
