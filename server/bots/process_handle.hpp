#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bot::bots {

// A process of this machine and no other that later has its number: pid, start time in clock ticks
// since boot, and which boot. Written "pid:start:boot".
struct ProcessHandle {
  pid_t pid = 0;
  std::uint64_t start_time = 0;
  std::string boot_id;

  bool operator==(const ProcessHandle&) const = default;
};

// Of the running kernel: another one after each boot.
const std::string& boot_id();

std::string to_string(const ProcessHandle& handle);
std::optional<ProcessHandle> parse_process_handle(std::string_view text);

// Of a running process or a zombie; nullopt when there is none of that number.
std::optional<ProcessHandle> handle_of(pid_t pid);

// A file descriptor that is closed with its owner; -1 holds nothing.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release();
  void reset();

 private:
  int fd_ = -1;
};

// A pidfd of exactly that process; empty when it is gone (a zombie counts as gone unless it is our
// own child, which can still be reaped through it). Throws bot::Unavailable when it cannot be told,
// for want of descriptors.
Descriptor open_process(const ProcessHandle& handle);

// True when the process behind a pidfd has ended (reaped or not).
bool has_ended(const Descriptor& pidfd);

}  // namespace bot::bots
