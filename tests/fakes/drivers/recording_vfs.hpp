// The usual file system of SQLite with a witness: counts what is written and synced, and fails on
// command as a full disk does.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace bot {

// Registered under its name from construction to destruction; databases opened with it must be
// closed before. Thread-safe.
class RecordingVfs {
 public:
  RecordingVfs();
  ~RecordingVfs();
  RecordingVfs(const RecordingVfs&) = delete;
  RecordingVfs& operator=(const RecordingVfs&) = delete;

  const std::string& name() const { return name_; }

  // Of log files: each commit is one write of frames and one sync that covers them.
  std::uint64_t log_syncs() const { return log_syncs_; }
  // Bytes written to log files that no sync has covered yet.
  std::uint64_t unsynced_log_bytes() const { return unsynced_log_bytes_; }

  // From now on writing says that the disk is full.
  void fill_disk(bool full) { full_ = full; }
  // From now on syncing says that there was an I/O error.
  void break_syncs(bool broken) { broken_ = broken; }
  // From now on syncing does not come to an end, as on a disk that hangs; until it is let go.
  void hold_syncs() { held_ = true; }
  void let_syncs_go() {
    held_ = false;
    held_.notify_all();
  }

  // Called by the shim.
  void wait_while_held() const { held_.wait(true); }
  bool full() const { return full_; }
  bool broken() const { return broken_; }
  void log_written(std::uint64_t bytes) { unsynced_log_bytes_ += bytes; }
  void log_synced() {
    unsynced_log_bytes_ = 0;
    ++log_syncs_;
  }

 private:
  struct Registration;
  std::string name_;
  Registration* registration_;
  std::atomic<std::uint64_t> log_syncs_{0};
  std::atomic<std::uint64_t> unsynced_log_bytes_{0};
  std::atomic<bool> full_{false};
  std::atomic<bool> broken_{false};
  std::atomic<bool> held_{false};
};

}  // namespace bot
